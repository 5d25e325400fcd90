import { LRUCache } from "lru-cache";
import type { Clock } from "../ports/Clock.ts";

export interface ExpiringMapOptions {
    /** Entries at most; the one used longest ago goes first. */
    readonly max: number;
    /** How long an entry is kept after it was set, in ms; for ever if not given. */
    readonly ttlMs?: number;
}

/** A bounded memory: what strangers make us remember must not grow without end. */
export class ExpiringMap<Value extends string | boolean | object> {
    readonly #entries: LRUCache<string, Value>;

    constructor(clock: Clock, { max, ttlMs }: ExpiringMapOptions) {
        this.#entries = new LRUCache({
            max,
            ...(ttlMs === undefined ? {} : { ttl: ttlMs, ttlResolution: 0, perf: clock }),
        });
    }

    get(key: string): Value | undefined {
        return this.#entries.get(key);
    }

    has(key: string): boolean {
        return this.#entries.has(key);
    }

    set(key: string, value: Value): void {
        this.#entries.set(key, value);
    }

    delete(key: string): void {
        this.#entries.delete(key);
    }
}
