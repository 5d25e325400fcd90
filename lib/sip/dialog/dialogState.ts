import type { EndCause, Sdp } from "../../call/vocabulary.ts";
import type { IncomingRequest } from "../SipStack.ts";
import type { AckState } from "./DialogParts.ts";

export type DialogState =
    /** `end`: the call is over, but a BYE has to wait for the ACK of our 2xx (RFC 3261, section 15). */
    | { readonly phase: "up"; readonly ack: AckState; readonly end?: EndCause }
    /** BYE sent, its answer is due. */
    | { readonly phase: "leaving" }
    | { readonly phase: "over" };

/** An offer of the peer that waits for answerOffer or rejectOffer. */
export type PendingOffer =
    | { readonly by: "none" }
    | { readonly by: "request"; readonly request: IncomingRequest; readonly sdp: Sdp; readonly stopTimer: () => void }
    /** The answer, in an ACK, to an offer from the bridge that changed nothing: nothing more is sent. */
    | { readonly by: "ack" };
