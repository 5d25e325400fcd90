import type { CallTimer } from "./CallEvent.ts";
import type { EndCause, IceCandidate, LegId, Sdp } from "./vocabulary.ts";

/**
 * What the desk does next, each named after the port method that it calls. The desk keeps their order towards each leg and
 * each media session, awaits none of them, and returns failures as events. A media session belongs to the called leg that it
 * connects with the origin.
 */
export type CallEffect =
    | { readonly kind: "dialLeg"; readonly leg: LegId }
    | { readonly kind: "offerLeg"; readonly leg: LegId; readonly sdp: Sdp }
    | { readonly kind: "ringLeg"; readonly leg: LegId }
    | { readonly kind: "acceptLeg"; readonly leg: LegId; readonly sdp: Sdp }
    | { readonly kind: "reoffer"; readonly leg: LegId; readonly sdp: Sdp }
    | { readonly kind: "withdrawOffer"; readonly leg: LegId }
    | { readonly kind: "answerOffer"; readonly leg: LegId; readonly sdp: Sdp }
    | { readonly kind: "rejectOffer"; readonly leg: LegId; readonly cause: EndCause }
    /** The party can offer again a little later. */
    | { readonly kind: "postponeOffer"; readonly leg: LegId }
    /** Asks the party whether it is still there; it has ended if it is not. */
    | { readonly kind: "checkLeg"; readonly leg: LegId }
    | { readonly kind: "endLeg"; readonly leg: LegId; readonly cause: EndCause }
    | { readonly kind: "allocateMedia"; readonly leg: LegId; readonly sdp: Sdp }
    | { readonly kind: "completeMedia"; readonly leg: LegId; readonly sdp: Sdp }
    | {
          readonly kind: "addCandidates";
          readonly leg: LegId;
          readonly from: LegId;
          readonly candidates: readonly IceCandidate[];
      }
    | { readonly kind: "proposeChange"; readonly leg: LegId; readonly by: LegId; readonly sdp: Sdp }
    /** `sdp`: the answer of the other party; undefined if it did not agree, and the media proxy answers in its place. */
    | { readonly kind: "completeChange"; readonly leg: LegId; readonly by: LegId; readonly sdp: Sdp | undefined }
    | { readonly kind: "releaseMedia"; readonly leg: LegId }
    /** `at`: wall time, in ms since the Unix epoch. */
    | { readonly kind: "startTimer"; readonly timer: CallTimer; readonly at: number }
    | { readonly kind: "stopTimer"; readonly timer: CallTimer };
