/** Bytes of a frame's header beyond the first two (RFC 6455 5.2): for a longer length, and for a mask. */
const longerLength: Readonly<Record<number, number>> = { 126: 2, 127: 8 };
const maskBytes = 4;
const closeOpcode = 0x8;

/** Follows the frames of a WebSocket to find out how much of the current message has arrived, which the library does not report. */
export class FrameProgress {
    #header: number[] = [];
    /** Of the present frame. */
    #payloadLeft = 0;
    #isControl = false;
    #isLast = false;
    /** Bytes of a message whose last frame has not come. */
    #held = 0;
    #hasBegun = false;

    /** True while a message or frame has begun and is not complete. */
    get partial(): boolean {
        return this.#hasBegun || this.#header.length > 0 || this.#payloadLeft > 0;
    }

    /** Bytes of the message that is not complete. */
    get held(): number {
        return this.#held;
    }

    /** Takes the next bytes of the connection. True if a message was completed, or a ping or its like outside of one. */
    push(chunk: Buffer): boolean {
        let completed = false;
        for (let at = 0; at < chunk.length;) {
            if (this.#payloadLeft > 0) {
                const taken = Math.min(this.#payloadLeft, chunk.length - at);
                at += taken;
                this.#payloadLeft -= taken;
                if (!this.#isControl) this.#held += taken;
            } else {
                this.#header.push(chunk[at] ?? 0);
                at += 1;
                if (!this.#readHeader()) continue;
            }
            if (this.#payloadLeft === 0) completed = this.#endFrame() || completed;
        }
        return completed;
    }

    /** True once the header is whole. */
    #readHeader(): boolean {
        const [first = 0, second] = this.#header;
        if (second === undefined) return false;
        const [isMasked, short] = [second >= 0x80, second & 0x7f];
        const extra = longerLength[short] ?? 0;
        if (this.#header.length < 2 + extra + (isMasked ? maskBytes : 0)) return false;
        const long = this.#header.slice(2, 2 + extra).reduce((length, byte) => length * 256 + byte, 0);
        this.#payloadLeft = extra === 0 ? short : long;
        this.#isLast = first >= 0x80;
        this.#isControl = (first & 0x0f) >= closeOpcode;
        this.#header = [];
        if (!this.#isControl) this.#hasBegun = true;
        return true;
    }

    #endFrame(): boolean {
        if (this.#isControl) return !this.#hasBegun;
        if (!this.#isLast) return false;
        this.#hasBegun = false;
        this.#held = 0;
        return true;
    }
}
