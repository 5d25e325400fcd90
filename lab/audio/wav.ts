import { closeSync, existsSync, fstatSync, openSync, readSync, writeFileSync } from "node:fs";
import { pcmuRate } from "./g711.ts";

const headerBytes = 44;
const sampleBytes = 2;
const fullScale = 32_768;

/** Writes a mono 16-bit recording of a tone at 8,000 samples a second, at half of full scale. */
export function writeToneWav(file: string, toneHz: number, seconds: number): void {
    const samples = Math.round(pcmuRate * seconds);
    const bytes = Buffer.alloc(headerBytes + samples * sampleBytes);
    bytes.write("RIFF", 0);
    bytes.writeUInt32LE(bytes.length - 8, 4);
    bytes.write("WAVEfmt ", 8);
    bytes.writeUInt32LE(16, 16);
    bytes.writeUInt16LE(1, 20); // linear
    bytes.writeUInt16LE(1, 22); // mono
    bytes.writeUInt32LE(pcmuRate, 24);
    bytes.writeUInt32LE(pcmuRate * sampleBytes, 28);
    bytes.writeUInt16LE(sampleBytes, 32);
    bytes.writeUInt16LE(8 * sampleBytes, 34);
    bytes.write("data", 36);
    bytes.writeUInt32LE(samples * sampleBytes, 40);
    for (let n = 0; n < samples; n += 1) {
        const sample = (fullScale / 2) * Math.sin((2 * Math.PI * toneHz * n) / pcmuRate);
        bytes.writeInt16LE(Math.round(sample), headerBytes + n * sampleBytes);
    }
    writeFileSync(file, bytes);
}

/**
 * The last `samples` of a mono 16-bit recording, between -1 and 1; fewer if it has not so many, none if there is no such
 * file. The recording may still be growing, so its header's length is not believed.
 */
export function endOfWav(file: string, samples: number): Float32Array {
    if (!existsSync(file)) return new Float32Array(0);
    const handle = openSync(file, "r");
    try {
        // An odd size means half a sample was written.
        const length = Math.max(0, Math.floor((fstatSync(handle).size - headerBytes) / sampleBytes));
        const wanted = Math.min(samples, length);
        const bytes = Buffer.alloc(wanted * sampleBytes);
        readSync(handle, bytes, 0, bytes.length, headerBytes + (length - wanted) * sampleBytes);
        return Float32Array.from({ length: wanted }, (_, n) => bytes.readInt16LE(n * sampleBytes) / fullScale);
    } finally {
        closeSync(handle);
    }
}
