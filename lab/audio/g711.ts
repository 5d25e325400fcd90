import { decodeG711, encodeG711 } from "../../lib/media/testTone/g711.ts";

/** G.711 µ-law (RTP payload type 0, PCMU): 8,000 samples a second, one byte each. */
export const pcmuRate = 8_000;

const pcmu = 0;

/** Encodes one 16-bit sample. */
export function encodeUlaw(sample: number): number {
    return encodeG711(pcmu, sample);
}

export function decodeUlaw(code: number): number {
    return decodeG711(pcmu, code);
}
