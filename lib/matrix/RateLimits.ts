import type { Clock } from "../ports/Clock.ts";
import { ExpiringMap } from "./ExpiringMap.ts";
import { RateLimit } from "./RateLimit.ts";

/** Users and servers that are counted at the same time; the least recently active one is forgotten first. */
const MAX_KEYS = 10_000;

/** One rate limit per key, for example per user. */
export class RateLimits {
    readonly #clock: Clock;
    readonly #limit: { readonly times: number; readonly everyMs: number };
    readonly #byKey: ExpiringMap<RateLimit>;

    constructor(clock: Clock, limit: { readonly times: number; readonly everyMs: number }) {
        this.#clock = clock;
        this.#limit = limit;
        this.#byKey = new ExpiringMap(clock, { max: MAX_KEYS });
    }

    /** Counts one action of this key and returns true, or returns false if its limit is reached. */
    tryAcquire(key: string): boolean {
        const limit = this.#byKey.get(key) ?? new RateLimit(this.#clock, this.#limit);
        this.#byKey.set(key, limit);
        return limit.tryAcquire();
    }
}
