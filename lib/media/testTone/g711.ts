/** G.711: 8,000 samples a second of 16 bits, one byte each. Payload types 0 (µ-law) and 8 (A-law) of RFC 3551. */
export type G711Payload = 0 | 8;

const ULAW_BIAS = 0x84;
const ULAW_LARGEST = 0x7fff - ULAW_BIAS;

/** A-law inverts every other bit (ITU-T G.711, table 1a). */
const ALAW_MASK = 0x55;

/** Decoded samples of every byte, by payload type. */
const DECODED: Readonly<Record<G711Payload, Int16Array>> = {
    0: Int16Array.from({ length: 256 }, (_, code) => decodeUlaw(code)),
    8: Int16Array.from({ length: 256 }, (_, code) => decodeAlaw(code)),
};

export function decodeG711(payload: G711Payload, code: number): number {
    return DECODED[payload][code & 0xff] ?? 0;
}

export function encodeG711(payload: G711Payload, sample: number): number {
    return payload === 0 ? encodeUlaw(sample) : encodeAlaw(sample);
}

function encodeUlaw(sample: number): number {
    const magnitude = Math.min(Math.abs(Math.round(sample)), ULAW_LARGEST) + ULAW_BIAS;
    const exponent = 24 - Math.clz32(magnitude);
    const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}

function decodeUlaw(code: number): number {
    const bits = ~code & 0xff;
    const exponent = (bits >> 4) & 0x07;
    const magnitude = ((((bits & 0x0f) << 3) + ULAW_BIAS) << exponent) - ULAW_BIAS;
    return (bits & 0x80) === 0 ? magnitude : -magnitude;
}

function encodeAlaw(sample: number): number {
    const magnitude = Math.min(Math.abs(Math.round(sample)) >> 3, 0xfff);
    const exponent = Math.max(0, 27 - Math.clz32(magnitude));
    const mantissa = exponent === 0 ? magnitude >> 1 : magnitude >> exponent;
    return ((sample < 0 ? 0 : 0x80) | (exponent << 4) | (mantissa & 0x0f)) ^ ALAW_MASK;
}

function decodeAlaw(code: number): number {
    const bits = code ^ ALAW_MASK;
    const exponent = (bits >> 4) & 0x07;
    const mantissa = ((bits & 0x0f) << 4) + 8;
    const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
    return (bits & 0x80) === 0 ? -magnitude : magnitude;
}
