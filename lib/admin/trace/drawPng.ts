import { Worker } from "node:worker_threads";
import PQueue from "p-queue";

/** A PNG picture with its size in pixels. */
export interface PngPicture {
    readonly bytes: Uint8Array;
    readonly width: number;
    readonly height: number;
}

/** Clients of Matrix show no SVG. Rejects if the picture cannot be drawn. */
export type DrawPng = (svg: string) => Promise<PngPicture>;

/** Drawing takes a tenth of a second, and some seconds on a busy machine. */
const TIMEOUT_MS = 20_000;
/** As source or compiled, as this file is. */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./pictureWorker.ts" : "./pictureWorker.js", import.meta.url);

const oneAtATime = new PQueue({ concurrency: 1 });

/**
 * Draws an SVG picture in a thread of its own, so that calls do not wait and the memory is free again afterwards. The
 * picture must be of bounded size: pixels cost memory. Rejects if that takes longer than 20 seconds.
 */
export const drawPng: DrawPng = (svg) => oneAtATime.add(() => drawInThread(svg));

function drawInThread(svg: string): Promise<PngPicture> {
    const worker = new Worker(WORKER, { workerData: svg });
    return new Promise<PngPicture>((resolve, reject) => {
        const timer = setTimeout(() => {
            reject(new Error(`the picture was not drawn within ${TIMEOUT_MS} ms`));
            void worker.terminate();
        }, TIMEOUT_MS);
        worker.once("message", resolve);
        worker.once("error", reject);
        worker.once("exit", (code) => {
            clearTimeout(timer);
            reject(new Error(`the thread that draws pictures exited with ${code}`));
        });
    });
}
