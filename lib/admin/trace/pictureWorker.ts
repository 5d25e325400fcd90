/**
 * The thread of `drawPng`: draws the SVG picture in `workerData` and posts one `PngPicture`. The only file that knows
 * resvg (https://github.com/thx/resvg-js). No system fonts: the picture is the same on every machine.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { PngPicture } from "./drawPng.ts";

/** What is used of resvg, whose `exports` hide its declaration file from ES modules. */
interface ResvgWasm {
    readonly initWasm: (wasm: Uint8Array) => Promise<void>;
    readonly Resvg: new (svg: string, options: object) => { render(): RenderedImage };
}

interface RenderedImage {
    readonly width: number;
    readonly height: number;
    asPng(): Uint8Array;
}

/** Dots a unit of the SVG picture, so that the text is sharp on a phone. */
const ZOOM = 1.5;
const FONT = "@fontsource/dejavu-sans/files/dejavu-sans-latin-400-normal.woff2";

const require = createRequire(import.meta.url);
const { initWasm, Resvg } = require("@resvg/resvg-wasm") as ResvgWasm;

await initWasm(readFileSync(require.resolve("@resvg/resvg-wasm/index_bg.wasm")));
const image = new Resvg(workerData as string, {
    fitTo: { mode: "zoom", value: ZOOM },
    font: { fontBuffers: [readFileSync(require.resolve(FONT))], defaultFontFamily: "DejaVu Sans" },
}).render();
const picture: PngPicture = { bytes: image.asPng(), width: image.width, height: image.height };
parentPort?.postMessage(picture);
