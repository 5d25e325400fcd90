import type { EndCause, IceCandidate, Sdp } from "../call/vocabulary.ts";

/**
 * One party's half of a call. The desk calls it, one call at a time and in order. Each method resolves once the
 * request is on the wire, and rejects with a `CallFailure` if it could not be sent; what the party does about it comes
 * back later as a `LegFact`. No method may wait for the party.
 */
export interface SignallingLeg {
    /** Offers the call to this party: INVITE, or m.call.invite. Called at most once, on the target's leg only. */
    offer(sdp: Sdp): Promise<void>;
    /** Tells this party that the other one rings: 180; nothing in Matrix. On the origin's leg only. */
    ring(): Promise<void>;
    /** Tells this party that the other one answered: 200, or m.call.answer. At most once, on the origin's leg only. */
    accept(sdp: Sdp): Promise<void>;
    /** Answers an offer this party made within the call: 200 to a re-INVITE, or m.call.negotiate. */
    answerOffer(sdp: Sdp): Promise<void>;
    /** Turns such an offer down; the call goes on as it was: 488, or nothing. */
    refuseOffer(cause: EndCause): Promise<void>;
    /**
     * Ends this half: CANCEL, BYE, 4xx-6xx, m.call.reject or m.call.hangup: the leg knows which. Safe to call twice,
     * before `offer`, and after the party ended it. Must always leave nothing behind, whatever fails.
     */
    end(cause: EndCause): Promise<void>;
}

/** What a party did. A leg reports `ended` at most once and nothing after it. */
export type LegFact =
    | { readonly kind: "ringing" }
    | { readonly kind: "answered"; readonly sdp: Sdp }
    | { readonly kind: "candidates"; readonly candidates: readonly IceCandidate[] }
    /** The party offers changed media within the call; the leg holds its request until answerOffer or refuseOffer. */
    | { readonly kind: "offered"; readonly sdp: Sdp }
    | { readonly kind: "ended"; readonly cause: EndCause };

/** How a leg hands in its facts. Synchronous, never throws; may be called from any callback. */
export type LegReport = (fact: LegFact) => void;
