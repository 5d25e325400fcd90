/**
 * Frames of the drachtio control protocol: `<length>#<payload>`, where length counts the payload's bytes in decimal.
 * Frames follow each other without separator and may be cut anywhere by TCP.
 */

/** Applications send SIP messages with SDP or text bodies: one mebibyte is far above any of them. */
export const MAX_FRAME_BYTES = 1024 * 1024;
/** Enough to authenticate: what is not yet known to be an application gets no more of our memory. */
export const MAX_UNAUTHENTICATED_FRAME_BYTES = 4096;
const MAX_LENGTH_DIGITS = String(MAX_FRAME_BYTES).length;

const HASH = 0x23;
const ZERO = 0x30;
const NINE = 0x39;

const CRLF = "\r\n";

/** Puts a frame around a line of tokens and, if given, the SIP message that follows it. */
export function encodeFrame(line: string, message?: Buffer): Buffer {
    if (message === undefined) return Buffer.from(`${Buffer.byteLength(line)}#${line}`);
    const head = `${line}${CRLF}`;
    return Buffer.concat([Buffer.from(`${Buffer.byteLength(head) + message.length}#${head}`), message]);
}

/** After a fault the stream has no known frame boundary any more: the connection must be closed. */
export type FramingFault = "length is not a number" | "length is out of bounds";

/**
 * Cuts a byte stream back into payloads. One reader per connection; `push` is called with each chunk in order, and calls
 * back for each payload that has become whole. Never holds more than one frame; after a fault every later chunk is
 * ignored and reports the same fault.
 */
export class FrameReader {
    /** Chunks not yet consumed and their size together; joined only when a whole frame is there. */
    #chunks: Buffer[] = [];
    #size = 0;
    /** Bytes the buffered frame needs, header included; 0 while its length is not yet known. */
    #wanted = 0;
    #fault: FramingFault | null = null;
    #maxBytes: number;

    /** Frames longer than `maxBytes` are a fault. */
    constructor(maxBytes: number) {
        this.#maxBytes = maxBytes;
    }

    /** Changes the limit for the frames that follow; may be called from within the callback. */
    allow(maxBytes: number): void {
        this.#maxBytes = maxBytes;
    }

    push(chunk: Buffer, onPayload: (payload: Buffer) => void): FramingFault | null {
        if (this.#fault !== null) return this.#fault;
        this.#chunks.push(chunk);
        this.#size += chunk.length;
        if (this.#size < this.#wanted) return null;
        this.#cut(this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks), onPayload);
        return this.#fault;
    }

    #cut(bytes: Buffer, onPayload: (payload: Buffer) => void): void {
        let start = 0;
        this.#wanted = 0;
        while (start < bytes.length) {
            const head = readLength(bytes, start, this.#maxBytes);
            if (head.kind === "fault") {
                this.#fault = head.fault;
                start = bytes.length;
                break;
            }
            if (head.kind === "incomplete") break;
            const end = head.payloadStart + head.length;
            if (end > bytes.length) {
                this.#wanted = end - start;
                break;
            }
            onPayload(bytes.subarray(head.payloadStart, end));
            start = end;
        }
        const rest = bytes.subarray(start);
        this.#chunks = rest.length > 0 ? [rest] : [];
        this.#size = rest.length;
    }
}

type FrameHead =
    | { readonly kind: "complete"; readonly length: number; readonly payloadStart: number }
    | { readonly kind: "incomplete" }
    | { readonly kind: "fault"; readonly fault: FramingFault };

function readLength(bytes: Buffer, start: number, maxBytes: number): FrameHead {
    let length = 0;
    for (let at = start; at < bytes.length; at++) {
        const byte = bytes[at] ?? 0;
        if (byte === HASH) {
            if (at === start) return { kind: "fault", fault: "length is not a number" };
            if (length === 0 || length > maxBytes) return { kind: "fault", fault: "length is out of bounds" };
            return { kind: "complete", length, payloadStart: at + 1 };
        }
        if (byte < ZERO || byte > NINE) return { kind: "fault", fault: "length is not a number" };
        if (at - start >= MAX_LENGTH_DIGITS) return { kind: "fault", fault: "length is out of bounds" };
        length = length * 10 + byte - ZERO;
    }
    return { kind: "incomplete" };
}
