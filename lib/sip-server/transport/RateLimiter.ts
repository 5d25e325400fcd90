import type { Clock } from "../Clock.ts";
import { sourceKey } from "./sourceKey.ts";
import type { RateLimit } from "./TransportOptions.ts";

interface Bucket {
    tokens: number;
    filledAt: number;
}

/** What a transaction remembers of its request is to cost as much as it takes: common messages are smaller than this. */
const bytesPerToken = 4_096;

/** One token bucket per source, in bounded memory. */
export class RateLimiter {
    readonly #clock: Clock;
    readonly #limit: RateLimit;
    readonly #buckets = new Map<string, Bucket>();

    constructor(clock: Clock, limit: RateLimit) {
        this.#clock = clock;
        this.#limit = limit;
    }

    /** Takes tokens of that source for a message of that size; false if there are not enough left. */
    take(address: string, bytes = 0): boolean {
        const bucket = this.#bucketOf(sourceKey(address));
        const now = this.#clock.now();
        const gained = ((now - bucket.filledAt) / 1000) * this.#limit.perSecond;
        bucket.tokens = Math.min(this.#limit.burst, bucket.tokens + gained);
        bucket.filledAt = now;
        const cost = Math.min(this.#limit.burst, Math.max(1, Math.ceil(bytes / bytesPerToken)));
        if (bucket.tokens < cost) return false;
        bucket.tokens -= cost;
        return true;
    }

    /** Sources remembered. */
    get size(): number {
        return this.#buckets.size;
    }

    #bucketOf(source: string): Bucket {
        const known = this.#buckets.get(source);
        if (known !== undefined) return known;
        const [oldest] = this.#buckets.keys();
        if (oldest !== undefined && this.#buckets.size >= this.#limit.maxSources) this.#buckets.delete(oldest);
        const bucket: Bucket = { tokens: this.#limit.burst, filledAt: this.#clock.now() };
        this.#buckets.set(source, bucket);
        return bucket;
    }
}
