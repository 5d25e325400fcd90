import type { EndCause, IceCandidate, LegId, Sdp, Side } from "./vocabulary.ts";

/** What happened, in the past tense. An event can come late, twice, or for a call that has ended. */
export type CallEvent =
    /** `delayMs`: time that the bridge needed before the leg could ring, in ms. It does not count as ring time. */
    | { readonly kind: "legRinging"; readonly leg: LegId; readonly delayMs?: number }
    | { readonly kind: "legAnswered"; readonly leg: LegId; readonly sdp: Sdp }
    | { readonly kind: "candidatesFound"; readonly leg: LegId; readonly candidates: readonly IceCandidate[] }
    /** A party offers changed media within the call (re-INVITE, UPDATE, m.call.negotiate) and waits for an answer. */
    | { readonly kind: "offerReceived"; readonly leg: LegId; readonly sdp: Sdp }
    /** A command holds or resumes the call on behalf of a party, whose client does not know of it. */
    | { readonly kind: "holdCommanded"; readonly leg: LegId; readonly hold: Hold }
    /** A party answered an offer that it received within the call. */
    | { readonly kind: "offerAnswered"; readonly leg: LegId; readonly sdp: Sdp }
    /** A party rejected such an offer, or did not answer it; its session is as it was before. */
    | { readonly kind: "offerRejected"; readonly leg: LegId; readonly cause: EndCause }
    /** A leg has ended. It accepts no more effects. */
    | { readonly kind: "legEnded"; readonly leg: LegId; readonly cause: EndCause }
    /** The media proxy accepted the origin's offer for this leg; `sdp` is the offer for the leg. */
    | { readonly kind: "mediaOffered"; readonly leg: LegId; readonly sdp: Sdp }
    /** The media proxy accepted the leg's answer; `sdp` is the answer for the origin. */
    | { readonly kind: "mediaAnswered"; readonly leg: LegId; readonly sdp: Sdp }
    /** There is no media between the origin and this leg, now or any more. */
    | { readonly kind: "mediaFailed"; readonly leg: LegId; readonly cause: EndCause }
    /** The party on this side of the media session of `leg` has sent no media for a while. */
    | { readonly kind: "partySilent"; readonly leg: LegId; readonly side: Side }
    /** The media proxy answers a change of the session; `sdp` is the answer for the party that proposed it. */
    | { readonly kind: "changeAnswered"; readonly sdp: Sdp; readonly hold: Hold }
    /** The other party must be asked about the change; `sdp` is the offer for it. */
    | { readonly kind: "changeForwarded"; readonly sdp: Sdp }
    /** The change is not possible; the media that flowed before still does. */
    | { readonly kind: "changeFailed"; readonly cause: EndCause }
    /** A party asks that the other party is connected with somebody else (REFER, m.call.replaces, a command). */
    | { readonly kind: "transferRequested"; readonly leg: LegId }
    /** The transfer is permitted, and its target is being called. */
    | { readonly kind: "transferPlaced" }
    | { readonly kind: "transferRinging" }
    /** The party that stays has reached the target by itself, and leaves the call. */
    | { readonly kind: "transferDone" }
    /** The target was not reached, or may not be called. */
    | { readonly kind: "transferFailed"; readonly cause: EndCause }
    /** Another call is ready to take the place of this leg: the target of a transfer answered. */
    | { readonly kind: "joinRequested"; readonly leg: LegId }
    /** Somebody answers the call in place of those that ring. `leg` is a further leg, which answers immediately. */
    | { readonly kind: "pickUpRequested"; readonly leg: LegId }
    /** The media proxy is ready for another call in place of a party; `sdp` is the description for that call. */
    | { readonly kind: "handoverOffered"; readonly sdp: Sdp }
    /** The media flows to and from the other call now. `hold`: whether its party holds. */
    | { readonly kind: "handoverDone"; readonly hold: Hold }
    | { readonly kind: "handoverFailed"; readonly cause: EndCause }
    /** It is known, or known better, who a party is; the desk keeps its identity. */
    | { readonly kind: "legIdentified"; readonly leg: LegId }
    /** A party pressed keys and said so in its signalling, or a command does it in its name. */
    | { readonly kind: "digitsPressed"; readonly leg: LegId; readonly digits: string }
    /** The party on this side of the media session of `leg` pressed keys in the media. */
    | { readonly kind: "digitsHeard"; readonly leg: LegId; readonly side: Side; readonly digits: string }
    /** A party asks for a whole picture of the other one's video in its signalling. */
    | { readonly kind: "pictureRequested"; readonly leg: LegId }
    /** The party on this side of the media session of `leg` asks for one in the media, where the other party is not asked. */
    | { readonly kind: "pictureRequestHeard"; readonly leg: LegId; readonly side: Side }
    | { readonly kind: "timerFired"; readonly timer: CallTimer }
    | { readonly kind: "bridgeStopping" };

/** Whether a party holds the call: it does not want to receive media. */
export type Hold = "holds" | "talks";

/**
 * `answer` limits the ringing of one step, `change` an offer to a party within the call and the time in which another call takes
 * the place of a party, `duration` the call.
 */
export type CallTimer = "answer" | "change" | "duration";
