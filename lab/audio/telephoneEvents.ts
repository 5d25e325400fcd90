/** The keys of a telephone in the order of their event codes (RFC 4733, section 3.2). */
const KEYS = "0123456789*#ABCD";

/** Packets of one digit, each 20 ms after the one before: growing durations, and the last one three times (RFC 4733, section 2.5.1). */
export function packetsOfDigit(digit: string, samplesPerPacket: number): readonly Buffer[] {
    const code = KEYS.indexOf(digit.toUpperCase());
    if (code < 0 || digit.length !== 1) throw new Error(`"${digit}" is no key of a telephone`);
    const payload = (duration: number, end: number): Buffer => {
        const bytes = Buffer.from([code, end | 10, 0, 0]);
        bytes.writeUInt16BE(duration, 2);
        return bytes;
    };
    const growing = [1, 2, 3, 4].map((packets) => payload(packets * samplesPerPacket, 0));
    const last = payload(5 * samplesPerPacket, 0x80);
    return [...growing, last, last, last];
}

/** Collects the digits that arrive as RTP events: packets of the same timestamp are one digit. */
export class DigitEar {
    #digits = "";
    #timestamp: number | undefined;

    get digits(): string {
        return this.#digits;
    }

    /** @param timestamp of the RTP packet */
    take(payload: Buffer, timestamp: number): void {
        const isEnd = (payload.readUInt8(1) & 0x80) !== 0;
        if (!isEnd || timestamp === this.#timestamp) return;
        this.#timestamp = timestamp;
        this.#digits += KEYS[payload.readUInt8(0)] ?? "?";
    }
}
