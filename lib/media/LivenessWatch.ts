import type { Clock } from "../ports/Clock.ts";

/** A call that wants looking after. `poll` never rejects, and is not called again while it runs. */
export interface WatchedCall {
    poll(): Promise<void>;
}

/** How often the watch wakes, in ms. Each time it looks at its share of the calls, so that requests come evenly spread. */
const TICK_MS = 250;

/** Looks at every call that is up, each about once per interval, by one timer for them all. */
export class LivenessWatch {
    readonly #clock: Clock;
    readonly #ticksPerRound: number;
    /** In the order in which they are due. */
    readonly #calls = new Set<WatchedCall>();
    readonly #polling = new Set<WatchedCall>();
    #owed = 0;
    #stopTimer: (() => void) | undefined;

    constructor(clock: Clock, pollIntervalMs: number) {
        this.#clock = clock;
        this.#ticksPerRound = Math.max(1, pollIntervalMs / TICK_MS);
    }

    add(call: WatchedCall): void {
        this.#calls.add(call);
        this.#stopTimer ??= this.#arm();
    }

    /** Harmless for a call that is not watched. */
    remove(call: WatchedCall): void {
        this.#calls.delete(call);
        if (this.#calls.size === 0) this.stop();
    }

    stop(): void {
        this.#stopTimer?.();
        this.#stopTimer = undefined;
        this.#calls.clear();
    }

    #arm(): () => void {
        // the odd wait keeps several bridges from asking a shared engine all at the same time
        return this.#clock.startTimer(TICK_MS * (0.9 + 0.2 * Math.random()), () => {
            this.#stopTimer = this.#arm();
            this.#pollShare();
        });
    }

    #pollShare(): void {
        this.#owed += this.#calls.size / this.#ticksPerRound;
        for (const call of [...this.#calls].slice(0, Math.floor(this.#owed))) {
            this.#calls.delete(call);
            this.#calls.add(call);
            void this.#poll(call);
        }
        this.#owed %= 1;
    }

    async #poll(call: WatchedCall): Promise<void> {
        if (this.#polling.has(call)) return;
        this.#polling.add(call);
        await call.poll();
        this.#polling.delete(call);
    }
}
