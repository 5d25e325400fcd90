import type { CancelTimer, Clock } from "../Clock.ts";

/** A clock that counts the timers set through it that have not fired yet. */
export class CountingClock implements Clock {
    readonly #clock: Clock;
    #pending = 0;

    constructor(clock: Clock) {
        this.#clock = clock;
    }

    get pending(): number {
        return this.#pending;
    }

    now(): number {
        return this.#clock.now();
    }

    setTimer(ms: number, fire: () => void): CancelTimer {
        let waiting = true;
        const settle = (): void => {
            if (waiting) this.#pending -= 1;
            waiting = false;
        };
        this.#pending += 1;
        const cancel = this.#clock.setTimer(ms, () => {
            settle();
            fire();
        });
        return () => {
            settle();
            cancel();
        };
    }
}
