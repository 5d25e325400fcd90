import type { Clock } from "../../ports/Clock.ts";

export interface ReachedLimitsParts {
    readonly clock: Clock;
    readonly onReached: (limit: string, key: string) => void;
    readonly onCleared: (limit: string, key: string) => void;
}

/** A limit that rejected nothing for so long, and would not now, is no longer reached, in ms. */
const QUIET_MS = 600_000;

/** Which limits reject calls at present, so that each is reported once at the start and once at the end. */
export class ReachedLimits {
    readonly #parts: ReachedLimitsParts;
    /** When each rejected last, by limit and whose it is. */
    readonly #lastAt = new Map<string, { readonly limit: string; readonly key: string; readonly at: number }>();

    constructor(parts: ReachedLimitsParts) {
        this.#parts = parts;
    }

    /** A limit rejected or ended a call. */
    add(limit: string, key: string): void {
        const name = `${limit} ${key}`;
        const isNew = !this.#lastAt.has(name);
        this.#lastAt.set(name, { limit, key, at: this.#parts.clock.monotonic() });
        if (isNew) this.#parts.onReached(limit, key);
    }

    /** Forgets limits that reject nothing any more. */
    clear(isReached: (limit: string, key: string) => boolean): void {
        const oldest = this.#parts.clock.monotonic() - QUIET_MS;
        for (const [name, { limit, key, at }] of this.#lastAt) {
            if (at > oldest || isReached(limit, key)) continue;
            this.#lastAt.delete(name);
            this.#parts.onCleared(limit, key);
        }
    }
}
