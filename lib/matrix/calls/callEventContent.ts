import type { IceCandidate, Sdp } from "../../call/vocabulary.ts";
import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";

/** The `m.call.*` events that a bridge without video, screens and transfer understands. */
export const CALL_EVENT_TYPES = {
    invite: "m.call.invite",
    candidates: "m.call.candidates",
    answer: "m.call.answer",
    selectAnswer: "m.call.select_answer",
    reject: "m.call.reject",
    hangup: "m.call.hangup",
    negotiate: "m.call.negotiate",
} as const;

/** `0` has no parties: one device answers for its user. Whatever is not the integer 0 counts as 1. */
export type CallVersion = 0 | 1;

/** What every call event says about itself. */
export interface CallEventCommon {
    /** Named by the caller; unique in its room only. */
    readonly callId: string;
    readonly version: CallVersion;
    /** The device or session that speaks for its user. Version 0 has none. */
    readonly partyId?: string;
}

/** A call event as another party sent it, checked: sizes, types and, for descriptions, that they parse. */
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
    );

/** A call event as we send it. */
export interface OutgoingCallEvent {
    readonly type: string;
    readonly content: Readonly<Record<string, unknown>>;
}
