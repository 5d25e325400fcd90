import type { Clock } from "../Clock.ts";
import { sourceKey } from "./sourceKey.ts";
import type { RateLimit } from "./TransportOptions.ts";

interface Bucket {
    tokens: number;
    filledAt: number;
}

/** What a transaction remembers of its request is to cost as much as it takes: common messages are smaller than this. */
const bytesPerToken = 4_096;

/** One token bucket per source, in bounded memory, and one for all of them. */
export class RateLimiter {
    readonly #clock: Clock;
    readonly #limit: RateLimit;
    readonly #buckets = new Map<string, Bucket>();
    readonly #altogether: Bucket;

    constructor(clock: Clock, limit: RateLimit) {
        this.#clock = clock;
        this.#limit = limit;
        this.#altogether = { tokens: limit.altogether.burst, filledAt: clock.now() };
    }

    /** Takes tokens of that source for a message of that size; false if there are not enough left. */
    take(address: string, bytes = 0): boolean {
        const { burst, altogether } = this.#limit;
        const cost = Math.min(burst, altogether.burst, Math.max(1, Math.ceil(bytes / bytesPerToken)));
        // looked at first: a source costs nothing to remember while all of them are too many
        this.#fill(this.#altogether, altogether);
        if (this.#altogether.tokens < cost) return false;
        const bucket = this.#bucketOf(sourceKey(address));
        this.#fill(bucket, this.#limit);
        if (bucket.tokens < cost) return false;
        bucket.tokens -= cost;
        this.#altogether.tokens -= cost;
        return true;
    }

    #fill(bucket: Bucket, { perSecond, burst }: Pick<RateLimit, "perSecond" | "burst">): void {
        const now = this.#clock.now();
        bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledAt) / 1000) * perSecond);
        bucket.filledAt = now;
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
