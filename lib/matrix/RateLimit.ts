import type { Clock } from "../ports/Clock.ts";

/** Allows a number of actions per time window. */
export class RateLimit {
    readonly #clock: Clock;
    readonly #limit: { readonly times: number; readonly everyMs: number };
    #window = { endsAt: Number.NEGATIVE_INFINITY, count: 0 };

    constructor(clock: Clock, limit: { readonly times: number; readonly everyMs: number }) {
        this.#clock = clock;
        this.#limit = limit;
    }

    /** Counts one action and returns true, or returns false if the limit of this window is reached. */
    tryAcquire(): boolean {
        const now = this.#clock.monotonic();
        if (now >= this.#window.endsAt) this.#window = { endsAt: now + this.#limit.everyMs, count: 0 };
        if (this.#window.count >= this.#limit.times) return false;
        this.#window.count += 1;
        return true;
    }
}
