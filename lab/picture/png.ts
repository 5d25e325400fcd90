import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import type { Rgb } from "./colours.ts";

const SIGNATURE_BYTES = 8;
const BYTES_PER_PIXEL = 3;

/** Reads a PNG file as baresip writes it: 8 bits per colour, no transparency, not interlaced. @throws Error for another one */
export function readPng(path: string): (x: number, y: number) => Rgb {
    const file = readFileSync(path);
    const chunks = chunksOf(file);
    const header = chunks.find(({ type }) => type === "IHDR")?.data;
    if (header?.[8] !== 8 || header[9] !== 2 || header[12] !== 0) throw new Error(`not a plain RGB picture: ${path}`);
    const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
    const data = Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map((chunk) => chunk.data));
    const pixels = unfilter(inflateSync(data), width * BYTES_PER_PIXEL, height);
    return (x, y) => {
        const [column, row] = [Math.floor(x * width), Math.floor(y * height)];
        const at = (row * width + column) * BYTES_PER_PIXEL;
        return [pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0];
    };
}

function chunksOf(file: Buffer): readonly { readonly type: string; readonly data: Buffer }[] {
    const chunks = [];
    for (let at = SIGNATURE_BYTES; at + 12 <= file.length;) {
        const length = file.readUInt32BE(at);
        chunks.push({ type: file.toString("latin1", at + 4, at + 8), data: file.subarray(at + 8, at + 8 + length) });
        at += 12 + length;
    }
    return chunks;
}

/** Undoes the filter of each line (PNG specification, section 9). */
function unfilter(lines: Buffer, stride: number, height: number): Buffer {
    const pixels = Buffer.alloc(stride * height);
    for (let row = 0; row < height; row += 1) {
        const filter = lines[row * (stride + 1)] ?? 0;
        for (let column = 0; column < stride; column += 1) {
            const at = row * stride + column;
            const left = column < BYTES_PER_PIXEL ? 0 : (pixels[at - BYTES_PER_PIXEL] ?? 0);
            const above = row === 0 ? 0 : (pixels[at - stride] ?? 0);
            const corner = row === 0 || column < BYTES_PER_PIXEL ? 0 : (pixels[at - stride - BYTES_PER_PIXEL] ?? 0);
            const raw = lines[row * (stride + 1) + 1 + column] ?? 0;
            pixels[at] = raw + prediction(filter, left, above, corner);
        }
    }
    return pixels;
}

function prediction(filter: number, left: number, above: number, corner: number): number {
    if (filter === 1) return left;
    if (filter === 2) return above;
    if (filter === 3) return (left + above) >> 1;
    return filter === 4 ? paeth(left, above, corner) : 0;
}

function paeth(left: number, above: number, corner: number): number {
    const estimate = left + above - corner;
    const [toLeft, toAbove, toCorner] = [left, above, corner].map((value) => Math.abs(estimate - value)) as [
        number,
        number,
        number,
    ];
    if (toLeft <= toAbove && toLeft <= toCorner) return left;
    return toAbove <= toCorner ? above : corner;
}
