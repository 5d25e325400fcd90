import type { Clock } from "../ports/Clock.ts";

/** Lets something be done so many times in a span of time, and no more until the next one begins. */
export class Allowance {
    readonly #clock: Clock;
    readonly #limit: { readonly times: number; readonly everyMs: number };
    #span = { endsAt: Number.NEGATIVE_INFINITY, taken: 0 };

    constructor(clock: Clock, limit: { readonly times: number; readonly everyMs: number }) {
        this.#clock = clock;
        this.#limit = limit;
    }

    /** Whether it may be done once more now, which counts as done then. */
    take(): boolean {
        const now = this.#clock.now();
        if (now >= this.#span.endsAt) this.#span = { endsAt: now + this.#limit.everyMs, taken: 0 };
        if (this.#span.taken >= this.#limit.times) return false;
        this.#span.taken += 1;
        return true;
    }
}
