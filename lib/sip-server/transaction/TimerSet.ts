import type { CancelTimer, Clock } from "../Clock.ts";

/** Timers of one owner, by name: setting one that runs restarts it. */
export class TimerSet<Name extends string> {
    readonly #clock: Clock;
    readonly #running = new Map<Name, CancelTimer>();

    constructor(clock: Clock) {
        this.#clock = clock;
    }

    set(name: Name, ms: number, fire: () => void): void {
        this.stop(name);
        const cancel = this.#clock.setTimer(ms, () => {
            this.#running.delete(name);
            fire();
        });
        this.#running.set(name, cancel);
    }

    stop(name: Name): void {
        this.#running.get(name)?.();
        this.#running.delete(name);
    }

    stopAll(): void {
        for (const cancel of this.#running.values()) cancel();
        this.#running.clear();
    }
}
