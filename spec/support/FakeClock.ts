import type { Clock } from "../../lib/ports/Clock.ts";

/** Time that passes only when told to. */
export class FakeClock implements Clock {
    #now = 1_000_000;
    /** How far the wall clock was set, in ms. */
    #jumped = 0;
    readonly #timers = new Set<{ readonly at: number; readonly fire: () => void }>();

    now(): number {
        return this.#now;
    }

    monotonic(): number {
        return this.#now - this.#jumped;
    }

    /** Sets the wall clock by `ms`, as an operator or NTP does. Timers and the monotonic time are not affected. */
    jump(ms: number): void {
        this.#jumped += ms;
        this.#now += ms;
    }

    startTimer(ms: number, fire: () => void): () => void {
        const timer = { at: this.monotonic() + ms, fire };
        this.#timers.add(timer);
        return () => void this.#timers.delete(timer);
    }

    /** Timers that still run. */
    get pending(): number {
        return this.#timers.size;
    }

    /** Lets `ms` pass, firing what falls due on the way, in order. */
    advance(ms: number): void {
        const until = this.monotonic() + ms;
        for (;;) {
            const due = [...this.#timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
            if (due === undefined) break;
            this.#timers.delete(due);
            this.#now = due.at + this.#jumped;
            due.fire();
        }
        this.#now = until + this.#jumped;
    }
}
