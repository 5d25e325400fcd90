import type { CallTimer } from "./CallEvent.ts";
import type { EndCause, IceCandidate, Sdp, Side } from "./vocabulary.ts";

/**
 * Orders: what the shell is to do, each named by the port method that carries it out. The shell keeps their order
 * towards each peer (origin, target, media), waits for none of them, and reports failures as events.
 */
export type CallEffect =
    | { readonly kind: "allocateMedia"; readonly sdp: Sdp }
    | { readonly kind: "completeMedia"; readonly sdp: Sdp }
    | { readonly kind: "addCandidates"; readonly side: Side; readonly candidates: readonly IceCandidate[] }
    | { readonly kind: "renegotiateMedia"; readonly side: Side; readonly sdp: Sdp }
    | { readonly kind: "releaseMedia" }
    | { readonly kind: "offerTarget"; readonly sdp: Sdp }
    | { readonly kind: "ringOrigin" }
    | { readonly kind: "acceptOrigin"; readonly sdp: Sdp }
    | { readonly kind: "answerOffer"; readonly side: Side; readonly sdp: Sdp }
    | { readonly kind: "refuseOffer"; readonly side: Side; readonly cause: EndCause }
    | { readonly kind: "endLeg"; readonly side: Side; readonly cause: EndCause }
    | { readonly kind: "startTimer"; readonly timer: CallTimer; readonly ms: number }
    | { readonly kind: "stopTimer"; readonly timer: CallTimer };
