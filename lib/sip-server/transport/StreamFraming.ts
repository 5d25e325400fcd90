import { findHeadEnd, headEndBytes, type MessageHead, readMessageHead } from "../sip/MessageHead.ts";
import { assembleMessage, contentLength, type MessageLimits, type ParseResult } from "../sip/parseMessage.ts";

/** What came out of a stream. After a `fault` it is unknown where the next message starts: the stream must be closed. */
export type Framed =
    | { readonly kind: "message"; readonly result: ParseResult; readonly bytes: number }
    /** CRLFCRLF between messages, to be answered with CRLF (RFC 5626 4.4.1); at most one per chunk. */
    | { readonly kind: "ping" }
    | { readonly kind: "fault"; readonly reason: "framing" | "tooLarge" };

interface AwaitedBody {
    readonly head: MessageHead;
    readonly start: number;
    readonly length: number;
}

const empty = Buffer.alloc(0);
const cr = 0x0d;
const lf = 0x0a;

/**
 * Cuts a byte stream into messages by Content-Length (RFC 3261 18.3). Every byte is scanned once and copied at most a
 * few times, however small the chunks. Holds no more than one message of the largest size allowed, and one chunk.
 */
export class StreamFraming {
    readonly #limits: MessageLimits;
    #buffer: Buffer = empty;
    #filled = 0;
    /** Position up to which no end of head was found. */
    #scanned = 0;
    #awaited: AwaitedBody | undefined;
    #lineEnds = 0;
    #faulty = false;

    constructor(limits: MessageLimits) {
        this.#limits = limits;
    }

    /** True while a message has begun and is not complete. */
    get partial(): boolean {
        return this.#filled > 0;
    }

    /** Bytes of memory taken by what is not complete. */
    get held(): number {
        return this.#buffer.length;
    }

    /** Takes the next bytes. After a fault nothing is read any more. */
    push(chunk: Buffer): Framed[] {
        if (this.#faulty || chunk.length === 0) return [];
        const data = this.#append(chunk);
        const framed: Framed[] = [];
        let at = 0;
        for (let next = this.#cut(data, at, framed); next > at; next = this.#cut(data, at, framed)) at = next;
        this.#keep(data, at);
        return framed;
    }

    /** Reads one thing off the front and returns where it ended; `at` itself if more bytes are needed or all is over. */
    #cut(data: Buffer, at: number, framed: Framed[]): number {
        if (this.#faulty || at >= data.length) return at;
        if (this.#awaited === undefined && data[at] === cr) return this.#cutLineEnd(data, at, framed);
        if (this.#awaited === undefined && data[at] === lf) return (this.#scanned = at + 1);
        this.#lineEnds = 0;
        this.#awaited ??= this.#readHead(data, at, framed);
        const awaited = this.#awaited;
        if (awaited === undefined || data.length - awaited.start < awaited.length) return at;
        const end = awaited.start + awaited.length;
        const result = assembleMessage(awaited.head, data.subarray(awaited.start, end), this.#limits);
        this.#awaited = undefined;
        this.#scanned = end;
        framed.push({ kind: "message", result, bytes: end - at });
        return end;
    }

    #cutLineEnd(data: Buffer, at: number, framed: Framed[]): number {
        if (at + 1 >= data.length) return at;
        if (data[at + 1] !== lf) return this.#fail("framing", at, framed);
        this.#lineEnds += 1;
        if (this.#lineEnds === 2) {
            this.#lineEnds = 0;
            if (!framed.some(({ kind }) => kind === "ping")) framed.push({ kind: "ping" });
        }
        this.#scanned = at + 2;
        return at + 2;
    }

    #readHead(data: Buffer, at: number, framed: Framed[]): AwaitedBody | undefined {
        const headEnd = findHeadEnd(data, at, Math.max(at, this.#scanned - headEndBytes + 1));
        this.#scanned = data.length;
        const end = headEnd?.end ?? data.length;
        if (end - at > this.#limits.headerBytes) {
            this.#fail("tooLarge", at, framed);
            return undefined;
        }
        if (headEnd === undefined) return undefined;
        const head = readMessageHead(data.subarray(at, end), this.#limits.headerLines);
        const length = contentLength(head) ?? (lacksBody(head) ? 0 : undefined);
        if (length !== undefined && length <= this.#limits.bodyBytes) {
            return { head, start: headEnd.bodyStart, length };
        }
        // The sender may still get a response (400, 413) before the connection is closed.
        const result = assembleMessage(head, empty, this.#limits);
        if (!result.ok) framed.push({ kind: "message", result, bytes: end - at });
        this.#fail(length === undefined ? "framing" : "tooLarge", at, framed);
        return undefined;
    }

    #fail(reason: "framing" | "tooLarge", at: number, framed: Framed[]): number {
        this.#faulty = true;
        framed.push({ kind: "fault", reason });
        return at;
    }

    /** All bytes not used up yet, as one buffer that grows by doubling. */
    #append(chunk: Buffer): Buffer {
        if (this.#filled === 0) return chunk;
        const needed = this.#filled + chunk.length;
        if (needed > this.#buffer.length) {
            const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
            this.#buffer.copy(grown, 0, 0, this.#filled);
            this.#buffer = grown;
        }
        chunk.copy(this.#buffer, this.#filled);
        return this.#buffer.subarray(0, needed);
    }

    /** Keeps what is left from `at` on. A message handed out may live on in the old buffer, so that is never written to again. */
    #keep(data: Buffer, at: number): void {
        this.#filled = this.#faulty ? 0 : data.length - at;
        if (this.#filled === 0) this.#buffer = empty;
        else if (at > 0 || this.#buffer.length === 0) this.#buffer = Buffer.from(data.subarray(at));
        this.#scanned = Math.max(0, this.#scanned - at);
        if (this.#awaited !== undefined && at > 0) {
            this.#awaited = { ...this.#awaited, start: this.#awaited.start - at };
        }
    }
}

/** RFC 3261 18.3 requires Content-Length on streams, but some devices leave it out of messages without a body. */
function lacksBody({ headers, brokenLines }: MessageHead): boolean {
    return !headers.has("Content-Length") && !headers.has("Content-Type") && !brokenLines.includes("content-length");
}
