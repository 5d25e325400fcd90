/** How many messages one sender can send: `perMinute` on average, `burst` at the same time. */
export interface SenderLimit {
    readonly perMinute: number;
    readonly burst: number;
}

/** Senders remembered; the one whose allowance was used longest ago is forgotten first. */
const MAX_SENDERS = 20_000;
const MINUTE_MS = 60_000;

/** What a sender can do now. `isNews`: whether this is the first message over the limit, of which the sender is notified. */
export type AllowanceVerdict =
    | { readonly kind: "allowed" }
    /** `waitMs`: until a message is permitted again. */
    | { readonly kind: "limited"; readonly waitMs: number; readonly isNews: boolean };

interface Bucket {
    readonly tokens: number;
    /** Wall time at which it held that many, in ms. */
    readonly at: number;
    readonly sender: "within limit" | "over limit";
}

/** Limits the rate of messages for each sender (token bucket), in bounded memory. Time comes from the caller. */
export class SenderAllowance {
    readonly #limit: SenderLimit;
    readonly #buckets = new Map<string, Bucket>();

    constructor(limit: SenderLimit) {
        this.#limit = limit;
    }

    /** Counts a message of the sender, if the limit permits it. @param now wall time in ms */
    take(sender: string, now: number): AllowanceVerdict {
        const { perMinute, burst } = this.#limit;
        const before = this.#buckets.get(sender) ?? { tokens: burst, at: now, sender: "within limit" };
        const refill = (Math.max(0, now - before.at) * perMinute) / MINUTE_MS;
        const tokens = Math.min(burst, before.tokens + refill);
        if (tokens >= 1) {
            this.#remember(sender, { tokens: tokens - 1, at: now, sender: "within limit" });
            return { kind: "allowed" };
        }
        this.#remember(sender, { tokens, at: now, sender: "over limit" });
        const waitMs = Math.ceil(((1 - tokens) * MINUTE_MS) / perMinute);
        return { kind: "limited", waitMs, isNews: before.sender === "within limit" };
    }

    #remember(sender: string, bucket: Bucket): void {
        // deleted first, so that the order of the map is that of the last use
        this.#buckets.delete(sender);
        this.#buckets.set(sender, bucket);
        if (this.#buckets.size <= MAX_SENDERS) return;
        const [oldest] = this.#buckets.keys();
        if (oldest !== undefined) this.#buckets.delete(oldest);
    }
}
