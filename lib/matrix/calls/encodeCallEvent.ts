import type { EndCause, Sdp } from "../../call/vocabulary.ts";
import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import { ASSERTED_IDENTITY, CALL_EVENT_TYPES, type CallVersion, type OutgoingCallEvent } from "./callEventContent.ts";
import { hangupReasonOf, rejectReasonOf } from "./matrixEndCause.ts";
import { sendsVideo, missingForWebRtc, streamIdsOf, takesDigits } from "../../sdp/webRtcDescription.ts";

/** The bridge's party in one Matrix call. */
export interface OurParty {
    readonly callId: string;
    readonly version: CallVersion;
    /** Must differ from every device ID: matrix-js-sdk ignores events with its own device ID as echoes. */
    readonly partyId: string;
}

/** A description that a browser cannot apply. It is not sent, because the client would report no error. */
export class UnfitDescription extends Error {
    constructor(missing: readonly string[]) {
        super(`the description for the Matrix client lacks ${missing.join(", ")}`);
        this.name = new.target.name;
    }
}

/** @throws UnfitDescription */
export function encodeInvite(us: OurParty, sdp: Sdp, invitee: MatrixUserId, lifetimeMs: number): OutgoingCallEvent {
    return {
        type: CALL_EVENT_TYPES.invite,
        content: {
            ...commonOf(us),
            lifetime: lifetimeMs,
            invitee,
            offer: { type: "offer", sdp: checked(sdp) },
            ...capabilities(sdp),
            ...streamMetadata(sdp),
        },
    };
}

/** @throws UnfitDescription */
export function encodeAnswer(us: OurParty, sdp: Sdp): OutgoingCallEvent {
    return {
        type: CALL_EVENT_TYPES.answer,
        content: {
            ...commonOf(us),
            answer: { type: "answer", sdp: checked(sdp) },
            ...capabilities(sdp),
            ...streamMetadata(sdp),
        },
    };
}

export function encodeSelectAnswer(us: OurParty, selectedPartyId: string): OutgoingCallEvent {
    return { type: CALL_EVENT_TYPES.selectAnswer, content: { ...commonOf(us), selected_party_id: selectedPartyId } };
}

/** @throws UnfitDescription */
export function encodeNegotiation(
    us: OurParty,
    type: "offer" | "answer",
    sdp: Sdp,
    lifetimeMs: number,
): OutgoingCallEvent {
    return {
        type: CALL_EVENT_TYPES.negotiate,
        content: {
            ...commonOf(us),
            lifetime: lifetimeMs,
            description: { type, sdp: checked(sdp) },
            ...streamMetadata(sdp),
        },
    };
}

/** MSC3086. */
export function encodeAssertedIdentity(
    us: OurParty,
    { id, displayName }: { readonly id: MatrixUserId; readonly displayName: string | undefined },
): OutgoingCallEvent {
    const identity = { id, ...(displayName !== undefined && { display_name: displayName }) };
    return { type: ASSERTED_IDENTITY, content: { ...commonOf(us), asserted_identity: identity } };
}

export function encodeHangup(us: OurParty, cause: EndCause): OutgoingCallEvent {
    return { type: CALL_EVENT_TYPES.hangup, content: { ...commonOf(us), reason: hangupReasonOf(cause) } };
}

/** Rejects a call before the answer. Version 0 has no reject. */
export function encodeRefusal(us: OurParty, cause: EndCause): OutgoingCallEvent {
    if (us.version === 0) return encodeHangup(us, cause);
    const reason = rejectReasonOf(cause);
    return { type: CALL_EVENT_TYPES.reject, content: { ...commonOf(us), ...(reason === undefined ? {} : { reason }) } };
}

function commonOf(us: OurParty): Record<string, unknown> {
    if (us.version === 0) return { call_id: us.callId, version: 0 };
    return { call_id: us.callId, version: "1", party_id: us.partyId };
}

function checked(sdp: Sdp): Sdp {
    const missing = missingForWebRtc(sdp);
    if (missing.length > 0) throw new UnfitDescription(missing);
    return sdp;
}

/** MSC2747: Element shows a dial pad during the call if the other side accepts DTMF as RTP events. No transfer. */
function capabilities(sdp: Sdp): Record<string, unknown> {
    return {
        capabilities: { "m.call.transferee": true, "m.call.dtmf": takesDigits(sdp) },
    };
}

/**
 * Must list exactly the streams of the description: matrix-js-sdk throws on an unlisted stream, and the call fails
 * without an error. Must be absent if there is no stream.
 */
function streamMetadata(sdp: Sdp): Record<string, unknown> {
    const ids = streamIdsOf(sdp);
    if (ids.length === 0) return {};
    const stream = { purpose: "m.usermedia", audio_muted: false, video_muted: !sendsVideo(sdp) };
    return { sdp_stream_metadata: Object.fromEntries(ids.map((streamId) => [streamId, stream])) };
}
