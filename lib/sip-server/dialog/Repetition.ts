import type { Clock } from "../Clock.ts";
import type { Timing } from "../transaction/timing.ts";
import { TimerSet } from "../transaction/TimerSet.ts";

/**
 * Repeats a response until its confirmation comes: a 2xx until the ACK (RFC 3261 13.3.1.4), on every transport, since
 * the ACK comes end to end; a reliable provisional response until the PRACK (RFC 3262 3). Starts with T1, doubles up to
 * `cap`, gives up after 64*T1.
 */
export class Repetition {
    readonly #timers: TimerSet<"repeat" | "giveUp">;

    constructor(clock: Clock, timing: Timing, cap: number, repeat: () => void, giveUp: () => void) {
        this.#timers = new TimerSet(clock);
        this.#timers.set("giveUp", 64 * timing.t1, () => {
            this.stop();
            giveUp();
        });
        this.#schedule(timing.t1, cap, repeat);
    }

    /** Safe to call twice. */
    stop(): void {
        this.#timers.stopAll();
    }

    #schedule(interval: number, cap: number, repeat: () => void): void {
        this.#timers.set("repeat", interval, () => {
            repeat();
            this.#schedule(Math.min(interval * 2, cap), cap, repeat);
        });
    }
}
