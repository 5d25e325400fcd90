import type { CallTimer, Hold } from "./CallEvent.ts";
import type { DigitForm, EndCause, IceCandidate, LegId, RequestForm, Sdp, Side } from "./vocabulary.ts";

/**
 * What the desk does next, each named after the port method that it calls. The desk keeps their order towards each leg and
 * each media session, awaits none of them, and returns failures as events. A media session belongs to the called leg that it
 * was opened for, also when another call has taken the place of that leg.
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
    /** Shows the party who the other one is, if that is known. */
    | { readonly kind: "showParty"; readonly leg: LegId; readonly party: LegId }
    /** Sends the digits of the party on this side to the other one, unless they have reached it in the media already. */
    | {
          readonly kind: "passDigits";
          readonly leg: LegId;
          readonly side: Side;
          readonly to: LegId;
          readonly digits: string;
          readonly form: DigitForm;
      }
    /** Asks the other party for a whole picture, for the party on this side: it lost one, or has just begun to show the video. */
    | {
          readonly kind: "requestPicture";
          readonly leg: LegId;
          readonly side: Side;
          readonly to: LegId;
          readonly form: RequestForm;
      }
    | { readonly kind: "endLeg"; readonly leg: LegId; readonly cause: EndCause }
    | { readonly kind: "allocateMedia"; readonly leg: LegId; readonly sdp: Sdp }
    | { readonly kind: "completeMedia"; readonly leg: LegId; readonly sdp: Sdp }
    | {
          readonly kind: "addCandidates";
          readonly leg: LegId;
          readonly side: Side;
          readonly candidates: readonly IceCandidate[];
      }
    /** `peer`: the party that may have to be asked. */
    | {
          readonly kind: "proposeChange";
          readonly leg: LegId;
          readonly side: Side;
          readonly peer: LegId;
          readonly sdp: Sdp;
      }
    /** Holds or resumes the call on behalf of the party on this side. `peer`: as in `proposeChange`. */
    | {
          readonly kind: "proposeHold";
          readonly leg: LegId;
          readonly side: Side;
          readonly peer: LegId;
          readonly hold: Hold;
      }
    /** `sdp`: the answer of the other party; undefined if it did not agree, and the media proxy answers in its place. */
    | { readonly kind: "completeChange"; readonly leg: LegId; readonly side: Side; readonly sdp: Sdp | undefined }
    /** Another call is to take the place of the party on this side. `stays`: whether the other party holds. */
    | { readonly kind: "beginHandover"; readonly leg: LegId; readonly side: Side; readonly stays: Hold }
    /** `sdp`: the description of the other call. */
    | { readonly kind: "completeHandover"; readonly leg: LegId; readonly side: Side; readonly sdp: Sdp }
    /** The party on this side stays after all. */
    | { readonly kind: "cancelHandover"; readonly leg: LegId; readonly side: Side }
    /** Places the transfer that this leg has asked for. */
    | { readonly kind: "placeTransfer"; readonly leg: LegId }
    /** Ends the call that was placed for a transfer, unless it has been joined with this one. */
    | { readonly kind: "cancelTransfer" }
    | { readonly kind: "reportTransfer"; readonly leg: LegId; readonly progress: TransferProgress }
    /** Gives the leg of the other call, which waits to be joined with this one, its name in this call. */
    | { readonly kind: "seatLink"; readonly leg: LegId }
    | { readonly kind: "releaseMedia"; readonly leg: LegId }
    /** `at`: wall time, in ms since the Unix epoch. */
    | { readonly kind: "startTimer"; readonly timer: CallTimer; readonly at: number }
    | { readonly kind: "stopTimer"; readonly timer: CallTimer };

/** The progress of a transfer, for the party that asked for it. */
export type TransferProgress =
    /** The transfer is possible and has begun. */
    | { readonly stage: "placed" }
    | { readonly stage: "ringing" }
    /** The other party is connected with the new one; this party's leg ends next. */
    | { readonly stage: "done" }
    /** Nothing has changed. */
    | { readonly stage: "failed"; readonly cause: EndCause };
