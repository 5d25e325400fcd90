// the default export, because an older Node fails to link the name registerHooks before it can report its version
import module from "node:module";

const ADDON = "@matrix-org/matrix-sdk-crypto-nodejs";
/** Next to package.json, for the sources and for the compiled files. */
const STAND_IN = new URL("../../stubs/matrix-sdk-crypto-nodejs/index.js", import.meta.url).href;

/**
 * Has the Matrix framework load a stand-in for its crypto addon, a binary that is downloaded from outside of the npm
 * registry and that a bridge without encryption does not need. In a clone `overrides` of package.json do the same at
 * installation; npm does not look at them where this package is somebody's dependency. To be called before the
 * framework is imported.
 */
export function leaveOutNativeCrypto(): void {
    module.registerHooks({
        resolve: (specifier, context, next) =>
            specifier === ADDON ? { url: STAND_IN, format: "commonjs", shortCircuit: true } : next(specifier, context),
    });
}
