import type { FaultParty } from "../call/FaultParty.ts";
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
    /** The call began before a restart of the bridge, and the desk knows it again. Takes the place of `started`. */
    resumed(callId: CallId, call: EarlierCall): void;
    /** The notes of a call, for the call journal. */
    notesOf(callId: CallId): readonly CallNote[];
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

/** What is known of a call that began before a restart of the bridge. Times in ms since the Unix epoch. */
export interface EarlierCall {
    readonly parties: CallParties;
    readonly startedAt: number;
    readonly answeredAt: number | undefined;
    readonly notes: readonly CallNote[];
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
    /** The audio that each party sent, as the media proxy counted it until the end of the call. */
    | { readonly kind: "audio"; readonly sent: Readonly<Record<Side, SentAudio>> }
    /** The Matrix event that ended a connected or ringing call. */
    | { readonly kind: "matrixEnd"; readonly end: MatrixEnd }
    /** Where the call takes place in Matrix. */
    | { readonly kind: "matrixCall"; readonly roomId: string; readonly matrixCallId: string }
    /** A caller was connected with early media, which is no answer yet. */
    | { readonly kind: "earlyAnswer"; readonly state: "waiting" | "answered" }
    /** Whose fault a failure was, known better than the cause tells; the first one counts. */
    | { readonly kind: "fault"; readonly party: FaultParty; readonly reason: string };

/** The audio that one party sent in a call. What is not known is absent: a party without RTCP leaves loss and MOS unknown. */
export interface SentAudio {
    /** Whether the party is a browser, which sends packets all the time, or a phone, which can be silent. */
    readonly from: "browser" | "phone";
    /** Name of the codec in which the party sends, as in SDP. */
    readonly codec?: string;
    /** Packets that the media proxy received; for a browser RTP and RTCP together. */
    readonly packets: number;
    /** Packets lost on the way to the other party, in percent. From RTCP (RFC 3550, section 6.4). */
    readonly lossPercent?: number;
    readonly jitterMs?: number;
    /** Mean opinion score from 1 (bad) to 5 (excellent), as the media proxy estimates it. */
    readonly mos?: number;
}

/** An `m.call.hangup` or `m.call.reject` event. */
export interface MatrixEnd {
    readonly event: "m.call.hangup" | "m.call.reject";
    /** `sent` by the bridge, or `received` from a client. */
    readonly direction: "sent" | "received";
    /** Its `reason`; clients and the bridge send a rejection without one. */
    readonly reason?: string;
}

/** A final response to an INVITE (RFC 3261, section 13). */
export interface FinalResponse {
    readonly status: number;
    readonly reason: string;
    /** Value of its Reason header (RFC 3326), if it has one. */
    readonly detail?: string | undefined;
}

/** Why a call was rejected before it started. Values of the metric label `reason`. */
export type RejectionReason =
    | "not_permitted"
    | "no_trunk"
    | "too_many_calls"
    | "limit_reached"
    | "shutting_down"
    | "trunk_off"
    | "blocked"
    | "do_not_disturb";

export interface RejectedCall {
    readonly callId: CallId;
    readonly parties: Pick<CallParties, "direction" | "caller" | "callee">;
    readonly reason: RejectionReason;
}
