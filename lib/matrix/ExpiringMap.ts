import { LRUCache } from "lru-cache";
import type { Clock } from "../ports/Clock.ts";

export interface ExpiringMapOptions {
    /** Maximum number of entries; the least recently used one is removed first. */
    readonly max: number;
    /** Lifetime of an entry after it was set, in ms. Default: no limit. */
    readonly ttlMs?: number;
}

/** A map of limited size, for data that remote users can make the bridge store. */
export class ExpiringMap<Value extends string | boolean | object> {
    readonly #entries: LRUCache<string, Value>;

    constructor(clock: Clock, { max, ttlMs }: ExpiringMapOptions) {
        this.#entries = new LRUCache({
            max,
            ...(ttlMs === undefined ? {} : { ttl: ttlMs, ttlResolution: 0, perf: { now: () => clock.monotonic() } }),
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
