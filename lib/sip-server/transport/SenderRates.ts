import type { KnownSenders } from "./KnownSenders.ts";
import { senderKey } from "./KnownSenders.ts";
import { RateLimiter } from "./RateLimiter.ts";
import type { Flow } from "./SipTransport.ts";
import { sourceKey } from "./sourceKey.ts";
import type { Admission, TransportOptions } from "./TransportOptions.ts";

/** What all unknown senders together may send while the process does not keep up: the rest of its time is for known ones. */
const inOverload = { perSecond: 25, burst: 25 };

/**
 * How many messages each sender may send: every limit belongs to somebody. Unknown senders share one limit in addition to
 * their own; known ones have their own alone, so that no crowd uses it up; a trusted peer has a much higher one.
 */
export class SenderRates {
    readonly #known: KnownSenders;
    readonly #unknownSources: RateLimiter;
    readonly #knownSenders: RateLimiter;
    readonly #knownAddresses: RateLimiter;
    readonly #trustedPeers: RateLimiter;
    readonly #inOverload: RateLimiter;
    readonly #isOverloaded: () => boolean;

    constructor(
        {
            clock,
            rateLimit,
            peerRate,
            isOverloaded,
        }: Pick<TransportOptions, "clock" | "rateLimit" | "peerRate" | "isOverloaded">,
        known: KnownSenders,
    ) {
        const { altogether: _altogether, ...ownLimit } = rateLimit;
        this.#known = known;
        this.#unknownSources = new RateLimiter(clock, rateLimit);
        this.#knownSenders = new RateLimiter(clock, ownLimit);
        this.#knownAddresses = new RateLimiter(clock, ownLimit);
        this.#isOverloaded = isOverloaded;
        this.#inOverload = new RateLimiter(clock, { ...inOverload, maxSources: 1 });
        this.#trustedPeers = new RateLimiter(clock, { ...peerRate, maxSources: rateLimit.maxSources });
    }

    /** Takes the tokens for a message of that size; false if its sender has none left. */
    take({ remote }: Pick<Flow, "remote">, admission: Admission, bytes: number): boolean {
        if (admission === "trusted") return this.#trustedPeers.take(remote.address);
        switch (this.#known.acquaintanceOf(remote)) {
            case "sender":
                return this.#knownSenders.take(senderKey(remote), bytes);
            case "address":
                return this.#knownAddresses.take(remote.address, bytes);
            case "unknown":
                if (this.#isOverloaded() && !this.#inOverload.take("all")) return false;
                return this.#unknownSources.take(sourceKey(remote.address), bytes);
        }
    }
}
