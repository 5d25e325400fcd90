import { existsSync, readFileSync } from "node:fs";
import { until } from "./until.ts";
import type { RtpAddress } from "../audio/RtpTone.ts";

/** One SIP message as a phone of the lab saw it pass. */
export interface SipMessage {
    readonly at: Date;
    readonly direction: "sent" | "received";
    /** Request or status line, as in `INVITE sip:bob@example.org SIP/2.0` or `SIP/2.0 486 Busy Here`. */
    readonly startLine: string;
    readonly text: string;
}

/** The message log SIPp writes (`-trace_msg`), readable while the call goes on. SIPp must run with TZ=UTC. */
export class SipTrace {
    readonly #file: string;

    constructor(file: string) {
        this.#file = file;
    }

    messages(): SipMessage[] {
        if (!existsSync(this.#file)) return [];
        const blocks = readFileSync(this.#file, "utf8").split(/^-{20,} (?=\d{4}-)/m);
        return blocks.map(readBlock).filter((message) => message !== undefined);
    }

    received(startLine: RegExp): SipMessage | undefined {
        return this.#first("received", startLine);
    }

    /** Resolves to the first received message whose start line matches. @throws Error after `timeoutMs`. */
    awaitReceived(startLine: RegExp, timeoutMs: number): Promise<SipMessage> {
        return this.#awaitFirst("received", startLine, timeoutMs);
    }

    /** Resolves to the first sent message whose start line matches. @throws Error after `timeoutMs`. */
    awaitSent(startLine: RegExp, timeoutMs: number): Promise<SipMessage> {
        return this.#awaitFirst("sent", startLine, timeoutMs);
    }

    /** For messages of failed expectations: what passed, in order. */
    startLines(): string[] {
        return this.messages().map(({ direction, startLine }) => `${direction === "sent" ? "→" : "←"} ${startLine}`);
    }

    #first(way: SipMessage["direction"], startLine: RegExp): SipMessage | undefined {
        return this.messages().find((message) => message.direction === way && startLine.test(message.startLine));
    }

    async #awaitFirst(way: SipMessage["direction"], startLine: RegExp, timeoutMs: number): Promise<SipMessage> {
        const verb = way === "sent" ? "send" : "receive";
        try {
            return await until(() => this.#first(way, startLine), {
                what: `a phone to ${verb} ${startLine.source}`,
                timeoutMs,
            });
        } catch (error) {
            throw new Error(`it saw: ${this.startLines().join(" · ") || "nothing"}`, { cause: error });
        }
    }
}

const blockStart = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+)\n\w+ message (sent|received).*\n\n/;

function readBlock(block: string): SipMessage | undefined {
    const start = blockStart.exec(block);
    if (start === null) return undefined;
    const [header, time = "", direction] = start;
    const text = block.slice(header.length).trimEnd();
    const startLine = text.split(/\r?\n/, 1)[0] ?? "";
    // SIPp prints microseconds; Date reads milliseconds.
    const at = new Date(`${time.slice(0, 23).replace(" ", "T")}Z`);
    return { at, direction: direction === "sent" ? "sent" : "received", startLine, text };
}

/** Where the first audio stream of a message's SDP wants its packets; undefined without SDP. */
export function mediaAddress(message: SipMessage): RtpAddress | undefined {
    const address = /^c=IN IP4 (\S+)/m.exec(message.text)?.[1];
    const port = /^m=audio (\d+)/m.exec(message.text)?.[1];
    return address === undefined || port === undefined ? undefined : { address, port: Number(port) };
}
