import type { Clock } from "../../ports/Clock.ts";
import type { SipCalls } from "../SipCalls.ts";
import type { SipPeer } from "../SipTrunk.ts";

export type LoadVerdict =
    | { readonly kind: "admitted" }
    /** `isNews`: no such rejection of this peer was logged for a while. */
    | { readonly kind: "rejected"; readonly rule: "peer_full" | "peer_too_fast"; readonly isNews: boolean };

/** Time between two logged rejections of the same peer by the same rule. */
const LOG_INTERVAL_MS = 60_000;
/** A peer that was idle can place the calls of this many seconds in one burst, and this many calls in any case. */
const BURST_SECONDS = 5;
const SMALLEST_BURST = 10;

/**
 * Limits how many calls each peer, trunk or account has and how fast it places them. Each new caller creates a ghost and a room,
 * which stay, so that a compromised peer must not fill the homeserver. Has as many entries as the configuration has names.
 */
export class PeerLoad {
    readonly #calls: Pick<SipCalls, "legsOf">;
    readonly #clock: Pick<Clock, "monotonic">;
    readonly #budgets = new Map<string, { readonly left: number; readonly at: number }>();
    readonly #loggedAt = new Map<string, number>();

    constructor(calls: Pick<SipCalls, "legsOf">, clock: Pick<Clock, "monotonic">) {
        this.#calls = calls;
        this.#clock = clock;
    }

    /** Whether the peer may place one more call now; if so, the call is counted. */
    admit(peer: Pick<SipPeer, "name" | "maxCalls" | "callsPerSecond">): LoadVerdict {
        if (this.#calls.legsOf(peer.name) >= peer.maxCalls) return this.#rejected(peer.name, "peer_full");
        return this.#spend(peer) ? { kind: "admitted" } : this.#rejected(peer.name, "peer_too_fast");
    }

    #spend({ name, callsPerSecond }: Pick<SipPeer, "name" | "callsPerSecond">): boolean {
        if (callsPerSecond === undefined) return true;
        const now = this.#clock.monotonic();
        const most = Math.max(SMALLEST_BURST, callsPerSecond * BURST_SECONDS);
        const { left, at } = this.#budgets.get(name) ?? { left: most, at: now };
        const budget = Math.min(most, left + (callsPerSecond * (now - at)) / 1_000);
        if (budget < 1) return false;
        this.#budgets.set(name, { left: budget - 1, at: now });
        return true;
    }

    #rejected(name: string, rule: "peer_full" | "peer_too_fast"): LoadVerdict {
        const now = this.#clock.monotonic();
        const key = `${rule} ${name}`;
        const isNews = now - (this.#loggedAt.get(key) ?? Number.NEGATIVE_INFINITY) >= LOG_INTERVAL_MS;
        if (isNews) this.#loggedAt.set(key, now);
        return { kind: "rejected", rule, isNews };
    }
}
