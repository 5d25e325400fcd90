import { join } from "node:path";
import { build } from "esbuild";

const entry = join(import.meta.dirname, "..", "browser", "page.ts");

/** The lab's page as one HTML document; bundling takes half a second, so it is done once a process. */
export function browserPage(): Promise<string> {
    bundled ??= bundle();
    return bundled;
}

let bundled: Promise<string> | undefined;

async function bundle(): Promise<string> {
    const { outputFiles } = await build({
        entryPoints: [entry],
        bundle: true,
        write: false,
        format: "esm",
        target: "chrome120",
        // matrix-js-sdk was written for bundlers that provide Node's name for it.
        define: { global: "globalThis" },
        logLevel: "error",
    });
    const script = outputFiles[0]?.text ?? "";
    // The bundle may contain `</script>` inside a string, which would end the element.
    const embedded = script.replaceAll("</script", "<\\/script");
    return `<!doctype html><meta charset="utf-8"><title>lab</title><script type="module">${embedded}</script>`;
}
