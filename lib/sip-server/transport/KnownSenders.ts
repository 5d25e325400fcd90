import type { Clock } from "../Clock.ts";
import type { Endpoint } from "./SipTransport.ts";

/**
 * How a sender is known: `sender` by its address and port (a registered phone, the peer of a call), `address` by its
 * address alone (the same phone from another port, the trunk that we are registered with), or not at all.
 */
export type Acquaintance = "sender" | "address" | "unknown";

/**
 * The senders that an application has accepted, until a time: registered phones, peers of calls, and the registrars of our
 * own registrations. They have a share of every limit that unknown senders cannot use up.
 */
export class KnownSenders {
    readonly #clock: Clock;
    readonly #maxSenders: number;
    /** Ends of the times, by address and port and by address alone. The one remembered longest ago comes first. */
    readonly #senders = new Map<string, number>();
    readonly #addresses = new Map<string, number>();

    constructor(clock: Clock, maxSenders: number) {
        this.#clock = clock;
        this.#maxSenders = maxSenders;
    }

    /** Keeps the sender for that time from now on, or for longer if it was kept before. */
    remember({ address, port }: Endpoint, seconds: number): void {
        if (seconds <= 0) return;
        const until = this.#clock.now() + seconds * 1000;
        this.#put(this.#senders, senderKey({ address, port }), until);
        this.#put(this.#addresses, address, until);
    }

    acquaintanceOf(remote: Endpoint): Acquaintance {
        if (this.#isIn(this.#senders, senderKey(remote))) return "sender";
        return this.#isIn(this.#addresses, remote.address) ? "address" : "unknown";
    }

    #put(known: Map<string, number>, key: string, until: number): void {
        const before = known.get(key) ?? 0;
        known.delete(key);
        const [oldest] = known.keys();
        if (oldest !== undefined && known.size >= this.#maxSenders) known.delete(oldest);
        known.set(key, Math.max(before, until));
    }

    #isIn(known: Map<string, number>, key: string): boolean {
        const until = known.get(key);
        if (until === undefined) return false;
        if (until > this.#clock.now()) return true;
        known.delete(key);
        return false;
    }
}

export function senderKey({ address, port }: Endpoint): string {
    return `${address}|${port}`;
}
