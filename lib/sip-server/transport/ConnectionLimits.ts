import type { Acquaintance } from "./KnownSenders.ts";
import type { DropReason, Endpoint } from "./SipTransport.ts";
import { sourceKey } from "./sourceKey.ts";

/** Whom a connection is with: unknown peers share places, known and trusted ones have as many again of their own. */
export type ConnectionOwner = "unknown" | "known" | "trusted";

/** A connection that was admitted. */
interface Place {
    readonly source: string;
    owner: ConnectionOwner;
    readonly close: () => void;
}

/**
 * Counts the connections that peers have opened. Unknown peers are limited in total and by source. If they use all their
 * places, the oldest connection of the source that has the most makes room for a new one: connections that are only
 * held keep out no other peer. A connection whose peer becomes known moves to the places of known peers.
 */
export class ConnectionLimits {
    readonly #maxTotal: number;
    readonly #maxPerSource: number;
    readonly #places = new Map<string, Place>();
    /** Of unknown peers, by source; the oldest of each first. */
    readonly #unknown = new Map<string, Set<Place>>();
    readonly #counts = { unknown: 0, known: 0, trusted: 0 };

    constructor(limits: { readonly maxConnections: number; readonly maxConnectionsPerSource: number }) {
        this.#maxTotal = limits.maxConnections;
        this.#maxPerSource = limits.maxConnectionsPerSource;
    }

    /**
     * Counts a new connection in, or returns why it must not be. What was counted in is given back by {@link release}, once,
     * under the same key ({@link connectionKey}). `close` breaks it.
     */
    admit(key: string, address: string, owner: ConnectionOwner, close: () => void): DropReason | undefined {
        const source = sourceKey(address);
        if (owner === "unknown") {
            if ((this.#unknown.get(source)?.size ?? 0) >= this.#maxPerSource) return "tooManyConnectionsFromSource";
            if (this.#counts.unknown >= this.#maxTotal) this.#makeRoom();
        } else if (this.#counts[owner] >= this.#maxTotal) {
            return "tooManyConnections";
        }
        const place: Place = { source, owner, close };
        this.#places.set(key, place);
        this.#enter(place);
        return undefined;
    }

    /** The peer of that connection is known from now on. Returns without effect for others. */
    promote(key: string): void {
        const place = this.#places.get(key);
        if (place?.owner !== "unknown" || this.#counts.known >= this.#maxTotal) return;
        this.#leave(place);
        place.owner = "known";
        this.#enter(place);
    }

    release(key: string): void {
        const place = this.#places.get(key);
        if (place === undefined) return;
        this.#places.delete(key);
        this.#leave(place);
    }

    /** Closes the oldest connection of the source that has the most. */
    #makeRoom(): void {
        let most: Set<Place> | undefined;
        for (const places of this.#unknown.values()) {
            if (most === undefined || places.size > most.size) most = places;
        }
        const [oldest] = most ?? [];
        if (oldest === undefined) return;
        this.#leave(oldest);
        oldest.close();
    }

    #enter(place: Place): void {
        this.#counts[place.owner] += 1;
        if (place.owner !== "unknown") return;
        const places = this.#unknown.get(place.source);
        if (places === undefined) this.#unknown.set(place.source, new Set([place]));
        else places.add(place);
    }

    /** Safe to call twice: a connection that made room is released when its socket has closed, too. */
    #leave(place: Place): void {
        if (place.owner !== "unknown") {
            this.#counts[place.owner] -= 1;
            return;
        }
        const places = this.#unknown.get(place.source);
        if (places?.delete(place) !== true) return;
        this.#counts.unknown -= 1;
        if (places.size === 0) this.#unknown.delete(place.source);
    }
}

/** What no two open connections have in common: the port at our end, and the other end. */
export function connectionKey(localPort: number | undefined, { address, port }: Endpoint): string {
    return `${localPort ?? ""}|${address}|${port}`;
}

/** The owner of a connection from there. */
export function ownerOf(isTrusted: boolean, acquaintance: Acquaintance): ConnectionOwner {
    if (isTrusted) return "trusted";
    return acquaintance === "unknown" ? "unknown" : "known";
}
