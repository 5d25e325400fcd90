import type { EndCause, IceCandidate, Sdp, Side } from "./vocabulary.ts";

/** Facts: what happened, in the past tense. A fact may come late, twice, or for a call that is over. */
export type CallEvent =
    /** The media proxy took the origin's offer; `sdp` is what the target is to be offered. */
    | { readonly kind: "mediaOffered"; readonly sdp: Sdp }
    /** The media proxy took the target's answer; `sdp` is what the origin is to be answered. */
    | { readonly kind: "mediaAnswered"; readonly sdp: Sdp }
    /** The media proxy took a party's new offer for a call that is up; `sdp` answers that party. */
    | { readonly kind: "mediaRenegotiated"; readonly sdp: Sdp }
    /** A party's new offer could not be met; the media that flowed before still does. */
    | { readonly kind: "renegotiationFailed"; readonly cause: EndCause }
    /** No media for this call, now or any more. */
    | { readonly kind: "mediaFailed"; readonly cause: EndCause }
    | { readonly kind: "targetRinging" }
    | { readonly kind: "targetAnswered"; readonly sdp: Sdp }
    | { readonly kind: "candidatesFound"; readonly side: Side; readonly candidates: readonly IceCandidate[] }
    /** A party offers changed media within the call (re-INVITE, UPDATE, m.call.negotiate) and waits for an answer. */
    | { readonly kind: "offerReceived"; readonly side: Side; readonly sdp: Sdp }
    /** A party's leg is over. Nothing more may be said to it. */
    | { readonly kind: "legEnded"; readonly side: Side; readonly cause: EndCause }
    | { readonly kind: "timerFired"; readonly timer: CallTimer }
    | { readonly kind: "bridgeStopping" };

/** `answer` bounds ringing, `duration` bounds the call. */
export type CallTimer = "answer" | "duration";
