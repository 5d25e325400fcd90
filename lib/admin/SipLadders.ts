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
}

/** Calls whose messages are kept, and messages of one call. */
const MAX_CALLS = 500;
const MAX_MESSAGES = 100;
/** Calls whose last Reason header is kept until their record is complete: more than there are calls. */
const MAX_REASONS = 5_000;

/** Keeps the SIP messages of recent calls as lines of text: no bodies and no credentials. */
export class SipLadders {
    readonly #now: () => number;
    readonly #byCallId = new LRUCache<string, string[]>({ max: MAX_CALLS });

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
        lines.push(`${new Date(this.#now()).toISOString().slice(11, 23)} ${lineOf(message)}`);
        this.#byCallId.set(sipCallId, lines);
    }

    /** The last Reason header of one Call-ID, if it is still kept. */
    lastReasonOf(sipCallId: string): string | undefined {
        return this.#reasons.get(sipCallId);
    }

    /** The messages of one Call-ID in order; undefined if none are kept. */
    textOf(sipCallId: string): string | undefined {
        return this.#byCallId.get(sipCallId)?.join("\n");
    }
}

function lineOf({ direction, method, status, reason, uri, headers }: LadderMessage): string {
    const arrow = direction === "sent" ? "bridge → peer  " : "bridge ← peer  ";
    const detail = headers.get("reason") ?? headers.get("warning");
    const what = status === undefined ? `${method} ${uri ?? ""}` : `${status} ${reason ?? ""} (${method})`;
    return `${arrow}${what.trim()}${detail === undefined ? "" : ` [${detail}]`}`;
}
