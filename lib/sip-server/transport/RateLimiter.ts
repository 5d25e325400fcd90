import type { Clock } from "../Clock.ts";
import type { RateLimit } from "./TransportOptions.ts";

interface Bucket {
    tokens: number;
    filledAt: number;
}

/** What a transaction remembers of its request is to cost as much as it takes: common messages are smaller than this. */
const bytesPerToken = 4_096;

/** One token bucket per source, in bounded memory, and perhaps one for all of them. */
export class RateLimiter {
    readonly #clock: Clock;
    readonly #limit: Omit<RateLimit, "altogether"> & Partial<Pick<RateLimit, "altogether">>;
    readonly #buckets = new Map<string, Bucket>();
    readonly #altogether: Bucket;

    constructor(clock: Clock, limit: Omit<RateLimit, "altogether"> & Partial<Pick<RateLimit, "altogether">>) {
        this.#clock = clock;
        this.#limit = limit;
        this.#altogether = { tokens: limit.altogether?.burst ?? 0, filledAt: clock.now() };
    }

    /** Takes tokens of that source for a message of that size; false if there are not enough left. */
    take(source: string, bytes = 0): boolean {
        const { burst, altogether } = this.#limit;
        const most = Math.min(burst, altogether?.burst ?? burst);
        const cost = Math.min(most, Math.max(1, Math.ceil(bytes / bytesPerToken)));
        // Checked first: a source costs no memory while all of them together are too many.
        if (altogether !== undefined && this.#fill(this.#altogether, altogether) < cost) return false;
        const bucket = this.#bucketOf(source);
        if (this.#fill(bucket, this.#limit) < cost) return false;
        bucket.tokens -= cost;
        this.#altogether.tokens -= cost;
        return true;
    }

    /** Adds what the time has brought. Returns the tokens there are now. */
    #fill(bucket: Bucket, { perSecond, burst }: Pick<RateLimit, "perSecond" | "burst">): number {
        const now = this.#clock.now();
        bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledAt) / 1000) * perSecond);
        bucket.filledAt = now;
        return bucket.tokens;
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
