import { LRUCache } from "lru-cache";

interface Failures {
    readonly count: number;
    /** In the bound's time, ms. */
    readonly blockedUntil: number;
}

const FIRST_BLOCK_MS = 1_000;
const LONGEST_BLOCK_MS = 900_000;
/** How long after its last failure a key is as good as new. */
const MEMORY_MS = 3_600_000;
/** Beyond that many keys, those that failed longest ago are forgotten. */
const MAX_KEYS = 10_000;

/** Delays senders that fail repeatedly: after some failures, each further one blocks its key twice as long. */
export class FailureLimit {
    readonly #free: number;
    readonly #now: () => number;
    readonly #failures: LRUCache<string, Failures>;

    /**
     * @param free failures that cost nothing: people mistype
     * @param now time in ms, growing
     */
    constructor(free: number, now: () => number) {
        this.#free = free;
        this.#now = now;
        this.#failures = new LRUCache({ max: MAX_KEYS, ttl: MEMORY_MS, perf: { now } });
    }

    /** How long a key is blocked from now on, in ms; 0 if it is not. */
    blockedMs(key: string): number {
        return Math.max(0, (this.#failures.get(key)?.blockedUntil ?? 0) - this.#now());
    }

    failed(key: string): void {
        const count = (this.#failures.get(key)?.count ?? 0) + 1;
        const ms =
            count < this.#free ? 0 : Math.min(LONGEST_BLOCK_MS, FIRST_BLOCK_MS * 2 ** Math.min(count - this.#free, 16));
        this.#failures.set(key, { count, blockedUntil: this.#now() + ms });
    }

    succeeded(key: string): void {
        this.#failures.delete(key);
    }
}
