import type { EndCause } from "../../call/vocabulary.ts";
import type { AckState } from "./DialogParts.ts";

export type DialogState =
    /** `end`: the call is over, but a BYE has to wait for the ACK of our 2xx (RFC 3261, section 15). */
    | { readonly phase: "up"; readonly ack: AckState; readonly end?: EndCause }
    /** BYE sent, its answer is due. */
    | { readonly phase: "leaving" }
    | { readonly phase: "over" };
