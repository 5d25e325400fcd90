import type { CallTimer } from "../call/CallEvent.ts";
import type { Clock } from "../ports/Clock.ts";

/** The running timers of one call, at most one of each name. */
export class CallTimers {
    readonly #clock: Clock;
    readonly #fire: (timer: CallTimer) => void;
    readonly #cancels = new Map<CallTimer, () => void>();

    constructor(clock: Clock, fire: (timer: CallTimer) => void) {
        this.#clock = clock;
        this.#fire = fire;
    }

    /** Starts a timer, or starts it again. `at`: wall time, in ms; it fires immediately if that has passed. */
    start(timer: CallTimer, at: number): void {
        this.stop(timer);
        this.#cancels.set(
            timer,
            this.#clock.startTimer(Math.max(0, at - this.#clock.now()), () => {
                this.#cancels.delete(timer);
                this.#fire(timer);
            }),
        );
    }

    /** None fires any more. */
    stopAll(): void {
        for (const timer of [...this.#cancels.keys()]) this.stop(timer);
    }

    /** Harmless if it does not run. */
    stop(timer: CallTimer): void {
        this.#cancels.get(timer)?.();
        this.#cancels.delete(timer);
    }
}
