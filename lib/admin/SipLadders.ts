import { LRUCache } from "lru-cache";

/** What a ladder shows of a SIP message. */
export interface LadderMessage {
    readonly direction: "sent" | "received";
    readonly method: string;
    readonly status?: number;
    readonly reason?: string;
    readonly uri?: string;
    readonly headers: ReadonlyMap<string, string>;
    readonly sipCallId: string | undefined;
    readonly peer?: { readonly address: string; readonly port: number };
}

/** One SIP message of a call, without body and credentials. Plain data. */
export interface LadderLine {
    /** Wall time in ms since the Unix epoch. */
    readonly at: number;
    readonly direction: "sent" | "received";
    readonly text: string;
    /** Address of the other end, if it is known. */
    readonly peer?: string;
}

/** Calls whose messages are kept, and messages of one call. */
const MAX_CALLS = 500;
const MAX_MESSAGES = 100;
/** Calls whose last Reason header is kept until their record is complete: more than there are calls. */
const MAX_REASONS = 5_000;

/** Keeps the SIP messages of recent calls as lines of text: no bodies and no credentials. */
export class SipLadders {
    readonly #now: () => number;
    readonly #byCallId = new LRUCache<string, LadderLine[]>({ max: MAX_CALLS });

    readonly #reasons = new LRUCache<string, string>({ max: MAX_REASONS });

    constructor(now: () => number) {
        this.#now = now;
    }

    /** Only messages of calls are kept: keep-alives and registrations would push them out. */
    add(message: LadderMessage): void {
        const { sipCallId, method } = message;
        if (sipCallId === undefined || method === "OPTIONS" || method === "REGISTER") return;
        const reason = message.headers.get("reason");
        if (reason !== undefined) this.#reasons.set(sipCallId, reason);
        const lines = this.#byCallId.get(sipCallId) ?? [];
        if (lines.length >= MAX_MESSAGES) return;
        lines.push(lineOf(message, this.#now()));
        this.#byCallId.set(sipCallId, lines);
    }

    /** The last Reason header of one Call-ID, if it is still kept. */
    lastReasonOf(sipCallId: string): string | undefined {
        return this.#reasons.get(sipCallId);
    }

    /** The messages of one Call-ID in order; undefined if none are kept. */
    linesOf(sipCallId: string): readonly LadderLine[] | undefined {
        return this.#byCallId.get(sipCallId);
    }
}

function lineOf({ direction, method, status, reason, uri, headers, peer }: LadderMessage, at: number): LadderLine {
    const detail = headers.get("reason") ?? headers.get("warning");
    const what = status === undefined ? `${method} ${uri ?? ""}`.trim() : `${status} ${reason ?? ""}`.trim();
    const text = `${what}${status === undefined ? "" : ` (${method})`}${detail === undefined ? "" : ` [${detail}]`}`;
    const line = { at, direction, text };
    return peer === undefined ? line : { ...line, peer: `${peer.address}:${peer.port}` };
}

/** A ladder as text, one line a message. Pure. */
export function ladderText(lines: readonly LadderLine[]): string {
    return lines
        .map(({ at, direction, text }) => {
            const arrow = direction === "sent" ? "bridge → peer  " : "bridge ← peer  ";
            return `${new Date(at).toISOString().slice(11, 23)} ${arrow}${text}`;
        })
        .join("\n");
}
