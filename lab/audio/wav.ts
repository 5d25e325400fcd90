import { closeSync, existsSync, fstatSync, openSync, readSync, writeFileSync } from "node:fs";
import { dominantFrequency } from "./dominantFrequency.ts";
import { pcmuRate } from "./g711.ts";

const headerBytes = 44;
const sampleBytes = 2;
const fullScale = 32_768;
const measuredSamples = pcmuRate / 2;

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
 * The frequency of the last half second of a mono 16-bit recording, in Hz; null if there is less, or silence. The
 * recording may still be growing, with a header that says nothing yet.
 * @param rate samples a second, a multiple of 8,000
 */
export function toneAtEnd(file: string, rate: number = pcmuRate): number | null {
    if (!existsSync(file)) return null;
    const handle = openSync(file, "r");
    try {
        const perSample = rate / pcmuRate;
        const bytes = Buffer.alloc(perSample * measuredSamples * sampleBytes);
        // An odd size means half a sample was written.
        const size = fstatSync(handle).size & ~1;
        if (size < headerBytes + bytes.length) return null;
        readSync(handle, bytes, 0, bytes.length, size - bytes.length);
        return dominantFrequency(thinned(bytes, perSample), pcmuRate);
    } finally {
        closeSync(handle);
    }
}

/** One sample for each `perSample` (48,000 a second become 8,000): their mean, as no tone of the lab is too high for it. */
function thinned(bytes: Buffer, perSample: number): Float32Array {
    return Float32Array.from({ length: bytes.length / sampleBytes / perSample }, (_, n) => {
        let sum = 0;
        for (let k = n * perSample; k < (n + 1) * perSample; k += 1) sum += bytes.readInt16LE(k * sampleBytes);
        return sum / perSample / fullScale;
    });
}
