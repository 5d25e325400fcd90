import type { Clock } from "../../ports/Clock.ts";
import type { SipCalls } from "../SipCalls.ts";
import type { SipPeer } from "../SipTrunk.ts";

export type LoadVerdict =
    | { readonly kind: "admitted" }
    /** `isNews`: not told of this peer for a while, so the operator should be. */
    | { readonly kind: "refused"; readonly why: "peer full" | "peer too fast"; readonly isNews: boolean };

/** How long after a refusal was told the next of its kind, of the same peer, may be. */
const TELL_MS = 60_000;
/** A peer that was idle can place the calls of this many seconds in one burst, and this many calls in any case. */
const BURST_SECONDS = 5;
const SMALLEST_BURST = 10;

/**
 * Bounds how many calls each peer, trunk or account has and how fast it places them. Each caller who is new makes a ghost
 * and a room, which stay: a peer that was broken into must not fill the homeserver. As many entries as there are names in
 * the configuration.
 */
export class PeerLoad {
    readonly #calls: Pick<SipCalls, "legsOf">;
    readonly #clock: Clock;
    readonly #budgets = new Map<string, { readonly left: number; readonly at: number }>();
    readonly #toldAt = new Map<string, number>();

    constructor(calls: Pick<SipCalls, "legsOf">, clock: Clock) {
        this.#calls = calls;
        this.#clock = clock;
    }

    /** Whether the peer may place one more call now; if so, it has. */
    admit(peer: Pick<SipPeer, "name" | "maxCalls" | "callsPerSecond">): LoadVerdict {
        if (this.#calls.legsOf(peer.name) >= peer.maxCalls) return this.#refused(peer.name, "peer full");
        return this.#take(peer) ? { kind: "admitted" } : this.#refused(peer.name, "peer too fast");
    }

    #take({ name, callsPerSecond }: Pick<SipPeer, "name" | "callsPerSecond">): boolean {
        if (callsPerSecond === undefined) return true;
        const now = this.#clock.now();
        const most = Math.max(SMALLEST_BURST, callsPerSecond * BURST_SECONDS);
        const { left, at } = this.#budgets.get(name) ?? { left: most, at: now };
        const budget = Math.min(most, left + (callsPerSecond * (now - at)) / 1_000);
        if (budget < 1) return false;
        this.#budgets.set(name, { left: budget - 1, at: now });
        return true;
    }

    #refused(name: string, why: "peer full" | "peer too fast"): LoadVerdict {
        const now = this.#clock.now();
        const key = `${why} ${name}`;
        const isNews = now - (this.#toldAt.get(key) ?? Number.NEGATIVE_INFINITY) >= TELL_MS;
        if (isNews) this.#toldAt.set(key, now);
        return { kind: "refused", why, isNews };
    }
}
