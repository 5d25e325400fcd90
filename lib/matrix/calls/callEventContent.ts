import type { IceCandidate, Sdp } from "../../call/vocabulary.ts";
import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";

/** Tells a client who the other party is (MSC3086). The bridge sends it only. */
export const ASSERTED_IDENTITY = "m.call.asserted_identity";

/** The `m.call.*` event types the bridge reads. */
export const CALL_EVENT_TYPES = {
    invite: "m.call.invite",
    candidates: "m.call.candidates",
    answer: "m.call.answer",
    selectAnswer: "m.call.select_answer",
    reject: "m.call.reject",
    hangup: "m.call.hangup",
    negotiate: "m.call.negotiate",
    replaces: "m.call.replaces",
} as const;

/** `0` has no party IDs: one device answers for its user. Every value other than the integer 0 counts as 1. */
export type CallVersion = 0 | 1;

/** The fields that every call event has. */
export interface CallEventCommon {
    /** Chosen by the caller; unique within its room only. */
    readonly callId: string;
    readonly version: CallVersion;
    /** The sending device or session. Version 0 has none. */
    readonly partyId?: string;
}

/** A call event from another party, validated: sizes, types, and that descriptions parse. */
export type CallMessage = CallEventCommon &
    (
        | { readonly kind: "invite"; readonly sdp: Sdp; readonly lifetimeMs: number; readonly invitee?: MatrixUserId }
        | { readonly kind: "candidates"; readonly candidates: readonly IceCandidate[] }
        | { readonly kind: "answer"; readonly sdp: Sdp }
        | { readonly kind: "selectAnswer"; readonly selectedPartyId: string }
        | { readonly kind: "reject"; readonly reason?: string }
        | { readonly kind: "hangup"; readonly reason?: string }
        | {
              readonly kind: "negotiate";
              readonly description: "offer" | "answer";
              readonly sdp: Sdp;
              readonly lifetimeMs: number;
          }
        /**
         * The client transfers its call to the target (MSC2747). `await`: this call is the target of the transfer of another one,
         * whose event has the role `create`.
         */
        | { readonly kind: "replaces"; readonly target: MatrixUserId; readonly role: "create" | "await" }
    );

/** A call event sent by the bridge. */
export interface OutgoingCallEvent {
    readonly type: string;
    readonly content: Readonly<Record<string, unknown>>;
}
