import type { Clock } from "../Clock.ts";

/** Looks up the addresses of a name through the system's resolver, without a time limit. Rejects if there are none. */
export type SystemLookup = (name: string) => Promise<string[]>;

/** Together the threads Node has for what the system does at its leisure. */
const lookupsPerLane = 2;
const maxWaiting = 100;
const maxPromptNames = 1_000;

/**
 * Orders the look-ups of the system's resolver: each holds a thread until the last name server has kept silent for long
 * enough, and threads are few. Names that were answered in time before have lanes of their own, so that the silence of
 * other names, which anybody may name, does not make them unknown.
 */
export class LookupLanes {
    readonly #lookup: SystemLookup;
    readonly #clock: Clock;
    readonly #longestWaitMs: number;
    readonly #open = new Map<string, Promise<string[]>>();
    /** Names answered in time, those asked for lately last. */
    readonly #prompt = new Set<string>();
    readonly #promptLane = new Lane();
    readonly #otherLane = new Lane();

    /** A lookup fails after `longestWaitMs`. */
    constructor(lookup: SystemLookup, clock: Clock, longestWaitMs: number) {
        this.#lookup = lookup;
        this.#clock = clock;
        this.#longestWaitMs = longestWaitMs;
    }

    /** As {@link SystemLookup}; rejects as well if too many are waiting. Who asks for what is being asked gets the same answer. */
    addresses(name: string): Promise<string[]> {
        const open = this.#open.get(name);
        if (open !== undefined) return open;
        const lane = this.#prompt.has(name) ? this.#promptLane : this.#otherLane;
        const since = this.#clock.now();
        const asked = lane.run(() => this.#ask(name, since)).finally(() => this.#open.delete(name));
        this.#open.set(name, asked);
        return asked;
    }

    async #ask(name: string, since: number): Promise<string[]> {
        const startedAt = this.#clock.now();
        if (startedAt - since > this.#longestWaitMs) throw new Error("all callers have given up");
        try {
            return await this.#lookup(name);
        } finally {
            this.#note(name, this.#clock.now() - startedAt <= this.#longestWaitMs);
        }
    }

    #note(name: string, isPrompt: boolean): void {
        this.#prompt.delete(name);
        if (!isPrompt) return;
        this.#prompt.add(name);
        const [oldest] = this.#prompt;
        if (oldest !== undefined && this.#prompt.size > maxPromptNames) this.#prompt.delete(oldest);
    }
}

/** So many at a time, the others in their order. */
class Lane {
    #running = 0;
    readonly #waiting: (() => void)[] = [];

    async run<Result>(job: () => Promise<Result>): Promise<Result> {
        if (this.#running < lookupsPerLane) this.#running += 1;
        else if (this.#waiting.length < maxWaiting) await new Promise<void>((resolve) => this.#waiting.push(resolve));
        else throw new Error("too many look-ups are waiting");
        try {
            return await job();
        } finally {
            // who waits takes the place over
            const next = this.#waiting.shift();
            if (next === undefined) this.#running -= 1;
            else next();
        }
    }
}
