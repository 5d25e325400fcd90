import type { CancelTimer, Clock } from "../../../lib/sip-server/Clock.ts";

interface Timer {
    readonly due: number;
    readonly order: number;
    readonly fire: () => void;
}

/** A clock that stands still until told: {@link advance} fires what falls due, in order of time and then of setting. */
export class FakeClock implements Clock {
    readonly #timers = new Set<Timer>();
    #now = 0;
    #order = 0;

    now(): number {
        return this.#now;
    }

    setTimer(ms: number, fire: () => void): CancelTimer {
        const timer: Timer = { due: this.#now + Math.max(0, ms), order: this.#order++, fire };
        this.#timers.add(timer);
        return () => this.#timers.delete(timer);
    }

    /** Timers set and neither fired nor cancelled: zero at the end of a spec means nothing leaked. */
    get pending(): number {
        return this.#timers.size;
    }

    /** Moves time forward by `ms`. Timers set by firing timers fire too if they fall due within the step. */
    advance(ms: number): void {
        const end = this.#now + ms;
        for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
            this.#timers.delete(next);
            this.#now = next.due;
            next.fire();
        }
        this.#now = end;
    }

    #next(end: number): Timer | undefined {
        let next: Timer | undefined;
        for (const timer of this.#timers) {
            if (timer.due > end) continue;
            if (next === undefined || timer.due < next.due || (timer.due === next.due && timer.order < next.order)) {
                next = timer;
            }
        }
        return next;
    }
}
