import type { FaultParty } from "../call/faultOf.ts";
import type { CallId, EndCause, Side } from "../call/vocabulary.ts";
import type { CallRequest } from "./CallIntake.ts";
import type { CallParties } from "./CallParties.ts";

/**
 * Collects what the parts of the bridge know of each call, for the log, the metrics and the call records. The desk
 * reports the course of a call; adapters add notes by its id, also before the desk has the call and after it ended.
 * Every method returns immediately and never throws.
 */
export interface CallRecorder {
    /** The desk has accepted a call. Called once for a call, before the other methods of its course. */
    started(callId: CallId, request: CallRequest): void;
    /** A device of the callee rings. */
    ringing(callId: CallId): void;
    /** Both parties are connected for the first time. */
    answered(callId: CallId): void;
    ended(callId: CallId, cause: EndCause, by: Side | "bridge"): void;
    /** Every request about the ended call has been carried out: no further notes follow. */
    settled(callId: CallId): void;
    /** A call that never reached the desk, or that the desk did not accept. */
    rejected(rejection: RejectedCall): void;
    /** Notes for a call that is unknown or settled have no effect. */
    note(callId: CallId, note: CallNote): void;
}

/** What an adapter knows of a call. */
export type CallNote =
    /** The INVITE that started the call. `sender`: the name of the peer or trunk, or the account of the phone. */
    | {
          readonly kind: "inviteReceived";
          readonly from: "peer" | "phone";
          readonly sender: string;
          readonly sipCallId: string | undefined;
      }
    /** An INVITE that the bridge sent; the last one counts. `trunk`: the trunk, or the account of a phone. */
    | { readonly kind: "inviteSent"; readonly trunk: string; readonly sipCallId: string | undefined }
    /** The final response to the INVITE, in either direction; the last one counts. */
    | { readonly kind: "finalResponse"; readonly response: FinalResponse }
    /** Where the call takes place in Matrix. */
    | { readonly kind: "matrixCall"; readonly roomId: string; readonly matrixCallId: string }
    /** Whose fault a failure was, known better than the cause tells; the first one counts. */
    | { readonly kind: "fault"; readonly party: FaultParty; readonly reason: string };

/** A final response to an INVITE (RFC 3261, section 13). */
export interface FinalResponse {
    readonly status: number;
    readonly reason: string;
    /** Value of its Reason header (RFC 3326), if it has one. */
    readonly detail?: string | undefined;
}

/** Why a call was rejected before it started. Values of the metric label `reason`. */
export type RejectionReason =
    "not_permitted" | "no_trunk" | "too_many_calls" | "limit_reached" | "shutting_down" | "blocked" | "do_not_disturb";

export interface RejectedCall {
    readonly callId: CallId;
    readonly parties: Pick<CallParties, "direction" | "caller" | "callee">;
    readonly reason: RejectionReason;
}
