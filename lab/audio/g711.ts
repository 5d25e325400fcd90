/** G.711 µ-law (RTP payload type 0, PCMU): 8,000 samples a second, one byte each. */
export const pcmuRate = 8_000;

const bias = 0x84;
const largest = 0x7fff - bias;

/** Encodes one 16-bit sample: sign, 3 bits of exponent, 4 bits of mantissa, all inverted. */
export function encodeUlaw(sample: number): number {
    const sign = sample < 0 ? 0x80 : 0;
    const magnitude = Math.min(Math.abs(Math.round(sample)), largest) + bias;
    // The bias makes bit 7 the lowest possible leading bit.
    const exponent = 31 - Math.clz32(magnitude) - 7;
    const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

export function decodeUlaw(code: number): number {
    const bits = ~code & 0xff;
    const exponent = (bits >> 4) & 0x07;
    const magnitude = ((((bits & 0x0f) << 3) + bias) << exponent) - bias;
    return bits & 0x80 ? -magnitude : magnitude;
}
