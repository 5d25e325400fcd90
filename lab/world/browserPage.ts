import { join } from "node:path";
import { build } from "esbuild";

/** A script of lab/browser: the Matrix client, or the SIP phone. */
export type BrowserScript = "page" | "phone";

const bundled = new Map<BrowserScript, Promise<string>>();

/** A page of the lab as one HTML document; bundling takes half a second, so it is done once a process. */
export function browserPage(script: BrowserScript): Promise<string> {
    const page = bundled.get(script) ?? bundle(script);
    bundled.set(script, page);
    return page;
}

async function bundle(script: BrowserScript): Promise<string> {
    const { outputFiles } = await build({
        entryPoints: [join(import.meta.dirname, "..", "browser", `${script}.ts`)],
        bundle: true,
        write: false,
        format: "esm",
        target: "chrome120",
        // matrix-js-sdk was written for bundlers that provide Node's name for it.
        define: { global: "globalThis" },
        logLevel: "error",
    });
    const text = outputFiles[0]?.text ?? "";
    // The bundle may contain `</script>` inside a string, which would end the element.
    const embedded = text.replaceAll("</script", "<\\/script");
    return `<!doctype html><meta charset="utf-8"><title>lab</title><script type="module">${embedded}</script>`;
}
