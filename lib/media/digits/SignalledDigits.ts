import { otherSide, type DigitForm, type Side } from "../../call/vocabulary.ts";
import { eventsNumberIn, withEventsIn } from "../../sdp/digits.ts";
import type { SessionDescription } from "../../sdp/sessionDescription.ts";
import type { EngineCall } from "../EngineCall.ts";
import type { Exchange } from "../exchanges.ts";

export interface SignalledDigitsParts {
    /** How a party receives digits; it can change within a call. */
    readonly formOf: (side: Side) => DigitForm;
    /** Whether rtpengine reports digits to the bridge. */
    readonly areReported: () => boolean;
    /** A party pressed a key, and the other one receives digits in the signalling. */
    readonly onDigit: (side: Side, digit: string) => void;
}

const SIDES = ["origin", "target"] as const;

/**
 * The digits of one call that arrive as RTP events (RFC 4733), for a party that receives them in the signalling alone. Towards
 * rtpengine that party has RTP events, so that the other one can send them. rtpengine reports them and does not pass them on.
 */
export class SignalledDigits {
    readonly #parts: SignalledDigitsParts;
    /** The payload type of RTP events in rtpengine's last offer, for the answer to it. */
    #offered: number | undefined;
    /** The parties whose digits each call at rtpengine keeps from the other one. */
    readonly #kept = new WeakMap<EngineCall, ReadonlySet<Side>>();

    constructor(parts: SignalledDigitsParts) {
        this.#parts = parts;
    }

    /** The party's offer, with RTP events if the party receives digits in the signalling. */
    offer(exchange: Exchange): Exchange {
        return this.#isSignalled(exchange.by) ? described(exchange, withEventsIn(exchange.description)) : exchange;
    }

    /** Remembers rtpengine's offer that was made of it. */
    offered(said: SessionDescription): void {
        this.#offered = eventsNumberIn(said);
    }

    /** The party's answer, with RTP events if they were offered and the party receives digits in the signalling. */
    answer(exchange: Exchange): Exchange {
        if (this.#offered === undefined || !this.#isSignalled(exchange.by)) return exchange;
        return described(exchange, withEventsIn(exchange.description, this.#offered));
    }

    /** Has rtpengine keep the digits of a party from the other one, or pass them on again: by how that one receives digits now. */
    async answered(call: EngineCall): Promise<void> {
        const kept = this.#kept.get(call) ?? new Set();
        const wanted = new Set(SIDES.filter((side) => this.#isSignalled(otherSide(side))));
        for (const side of SIDES)
            if (wanted.has(side) !== kept.has(side)) await call.passDigitsOf(side, !wanted.has(side));
        this.#kept.set(call, wanted);
    }

    /** rtpengine reports that a party pressed a key. What reached the other party as an RTP event is not passed on again. */
    reported(side: Side, digit: string): void {
        if (this.#isSignalled(otherSide(side))) this.#parts.onDigit(side, digit);
    }

    #isSignalled(side: Side): boolean {
        return this.#parts.areReported() && this.#parts.formOf(side) === "signalling";
    }
}

function described(exchange: Exchange, description: SessionDescription): Exchange {
    return { ...exchange, description };
}
