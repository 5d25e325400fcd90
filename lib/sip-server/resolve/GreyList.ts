import type { Clock } from "../Clock.ts";
import type { Target } from "../transport/SipTransport.ts";

/** Targets that failed lately. They are tried last, not never: all may be down, and down may be over. */
export class GreyList {
    readonly #clock: Clock;
    readonly #durationMs: number;
    readonly #maxTargets: number;
    readonly #until = new Map<string, number>();

    constructor(clock: Clock, durationMs: number, maxTargets: number) {
        this.#clock = clock;
        this.#durationMs = durationMs;
        this.#maxTargets = maxTargets;
    }

    add(target: Target): void {
        const key = keyOf(target);
        this.#until.delete(key);
        const [oldest] = this.#until.keys();
        if (oldest !== undefined && this.#until.size >= this.#maxTargets) this.#until.delete(oldest);
        this.#until.set(key, this.#clock.now() + this.#durationMs);
    }

    remove(target: Target): void {
        this.#until.delete(keyOf(target));
    }

    /** The same targets with those on the list behind the others; each part keeps its order. */
    lastInOrder(targets: readonly Target[]): Target[] {
        return [...targets.filter((target) => !this.#has(target)), ...targets.filter((target) => this.#has(target))];
    }

    #has(target: Target): boolean {
        const until = this.#until.get(keyOf(target));
        return until !== undefined && this.#clock.now() < until;
    }
}

function keyOf(target: Target): string {
    return `${target.protocol}|${target.address}|${target.port}`;
}
