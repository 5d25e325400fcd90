import type { Clock } from "../../ports/Clock.ts";

/** A limit that rejects calls. Plain data. */
export interface ReachedLimit {
    /** `user.costPerDay`. */
    readonly limit: string;
    /** Whose it is: a user, a trunk, or all calls. */
    readonly key: string;
    /** Wall time in ms since the Unix epoch at which it was reached. */
    readonly since: number;
}

export interface ReachedLimitsParts {
    readonly clock: Clock;
    readonly onReached: (limit: string, key: string) => void;
    /** A limit was reached in an earlier run, which called `onReached`. */
    readonly onStillReached: (reached: ReachedLimit) => void;
    readonly onCleared: (limit: string, key: string) => void;
}

/** A limit that rejected nothing for so long, and would not now, is no longer reached, in ms. */
const QUIET_MS = 600_000;

/** Which limits reject calls at present, so that each is reported once at the start and once at the end. */
export class ReachedLimits {
    readonly #parts: ReachedLimitsParts;
    /** When each rejected last, by limit and whose it is. Of the monotonic clock. */
    readonly #reached = new Map<string, ReachedLimit & { readonly lastAt: number }>();

    constructor(parts: ReachedLimitsParts) {
        this.#parts = parts;
    }

    get all(): readonly ReachedLimit[] {
        return [...this.#reached.values()].map(({ limit, key, since }) => ({ limit, key, since }));
    }

    /** Continues with the limits that an earlier run of the bridge has reported. */
    restore(reached: readonly ReachedLimit[]): void {
        for (const each of reached) {
            this.#set(each);
            this.#parts.onStillReached(each);
        }
    }

    /** A limit rejected or ended a call. */
    add(limit: string, key: string): void {
        const before = this.#reached.get(nameOf({ limit, key }));
        this.#set({ limit, key, since: before?.since ?? this.#parts.clock.now() });
        if (before === undefined) this.#parts.onReached(limit, key);
    }

    /** Forgets limits that reject nothing any more. */
    clear(isReached: (limit: string, key: string) => boolean): void {
        const oldest = this.#parts.clock.monotonic() - QUIET_MS;
        for (const [name, { limit, key, lastAt }] of this.#reached) {
            if (lastAt > oldest || isReached(limit, key)) continue;
            this.#reached.delete(name);
            this.#parts.onCleared(limit, key);
        }
    }

    #set(reached: ReachedLimit): void {
        this.#reached.set(nameOf(reached), { ...reached, lastAt: this.#parts.clock.monotonic() });
    }
}

function nameOf({ limit, key }: Pick<ReachedLimit, "limit" | "key">): string {
    return `${limit} ${key}`;
}
