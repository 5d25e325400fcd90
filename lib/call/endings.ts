import type { Blame } from "./FaultParty.ts";
import type { EndCause } from "./vocabulary.ts";

/** `reason` of m.call.hangup, as clients know it. `answered_elsewhere` and `replaced` are js-sdk's, not the specification's. */
export type HangupReason =
    | "user_hangup"
    | "user_busy"
    | "invite_timeout"
    | "ice_failed"
    | "ice_timeout"
    | "user_media_failed"
    | "unknown_error"
    | "answered_elsewhere"
    | "replaced";

/**
 * What the end of one branch means for a call that rings several targets. `all`: the person has decided, and all other
 * devices stop ringing (a 6xx in RFC 3261, section 16.7; a reject in Matrix, which ends the call on all devices of a user).
 * A number: only that branch is over. If all branches end, the lowest number is reported to the caller, because it says most:
 * causes of a callee who was there come first, then those of an absent one, then failures of the bridge.
 */
type BranchWeight = "all" | number;

/** One cause in the terms of every protocol. */
export interface Ending {
    /** Whose fault it is. */
    readonly fault: Blame;
    /** The final response while there is none yet, and the ITU-T Q.850 cause of the Reason header always. */
    readonly sip: { readonly status: number; readonly reason: string; readonly q850: number };
    /** The reason in m.call.hangup and m.call.reject. */
    readonly matrix: HangupReason;
    /** Send m.call.reject without a reason: clients then show that the other side declined. */
    readonly plainReject?: true;
    readonly branch: BranchWeight;
}

/**
 * The one table of ends. Statuses and causes are plain values here; `lib/sip/sipEndCause.ts` and `lib/matrix/calls/matrixEndCause.ts`
 * read and write them. Q.850 causes and statuses go together as in RFC 3398, sections 7.2.4.1 and 8.2.6.1. docs/design/call-ends.md is
 * generated from it.
 */
export const ENDINGS: Readonly<Record<EndCause, Ending>> = {
    // not answered, but the callee responded: RFC 3261 21.4.18; Q.850 normal call clearing
    hungUp: {
        fault: "none",
        sip: { status: 480, reason: "Temporarily Unavailable", q850: 16 },
        matrix: "user_hangup",
        branch: 7,
    },
    // RFC 3261 21.4.25; the server has sent it before we could
    cancelled: {
        fault: "caller",
        sip: { status: 487, reason: "Request Terminated", q850: 16 },
        matrix: "user_hangup",
        branch: 8,
    },
    // RFC 3261 21.4.24: busy at this device, there may be others; Q.850 user busy
    busy: {
        fault: "callee",
        sip: { status: 486, reason: "Busy Here", q850: 17 },
        matrix: "user_busy",
        branch: 1,
    },
    // RFC 3261 21.6.2: no other place to try; Q.850 call rejected
    declined: {
        fault: "callee",
        sip: { status: 603, reason: "Decline", q850: 21 },
        matrix: "user_hangup",
        plainReject: true,
        branch: "all",
    },
    // RFC 3261 21.4.18; Q.850 no answer from user (user alerted)
    noAnswer: {
        fault: "callee",
        sip: { status: 480, reason: "Temporarily Unavailable", q850: 19 },
        matrix: "invite_timeout",
        branch: 2,
    },
    // RFC 3261 21.5.5; Q.850 network out of order
    noResponse: {
        fault: "endingNetwork",
        sip: { status: 504, reason: "Server Time-out", q850: 38 },
        matrix: "unknown_error",
        branch: 16,
    },
    // RFC 3261 21.4.18; Q.850 subscriber absent
    unavailable: {
        fault: "callee",
        sip: { status: 480, reason: "Temporarily Unavailable", q850: 20 },
        matrix: "invite_timeout",
        branch: 6,
    },
    // RFC 3261 21.4.18; Q.850 non-selected user clearing, as RFC 4497 8.4.1 has it
    answeredElsewhere: {
        fault: "none",
        sip: { status: 480, reason: "Temporarily Unavailable", q850: 26 },
        matrix: "answered_elsewhere",
        branch: 9,
    },
    // RFC 3261 21.4.5; Q.850 unallocated number
    notFound: {
        fault: "caller",
        sip: { status: 404, reason: "Not Found", q850: 1 },
        matrix: "unknown_error",
        branch: 13,
    },
    // RFC 3261 21.4.22; Q.850 invalid number format
    badAddress: {
        fault: "caller",
        sip: { status: 484, reason: "Address Incomplete", q850: 28 },
        matrix: "unknown_error",
        branch: 14,
    },
    // RFC 3261 21.4.4; Q.850 bearer capability not authorized
    forbidden: {
        fault: "caller",
        sip: { status: 403, reason: "Forbidden", q850: 57 },
        matrix: "unknown_error",
        branch: 10,
    },
    // a rejection for policy: RFC 3261 21.4.4; Q.850 bearer capability not authorized
    limitReached: {
        fault: "caller",
        sip: { status: 403, reason: "Limit Reached", q850: 57 },
        matrix: "unknown_error",
        branch: 11,
    },
    // as forbidden: the network on the other side has sent it
    rejectedByNetwork: {
        fault: "endingNetwork",
        sip: { status: 403, reason: "Forbidden", q850: 57 },
        matrix: "unknown_error",
        branch: 12,
    },
    // RFC 3261 21.6.2: 607 and 608 are for a callee's network, and drachtio-srf does not know them; Q.850 call rejected
    blocked: {
        fault: "callee",
        sip: { status: 603, reason: "Decline", q850: 21 },
        matrix: "user_hangup",
        plainReject: true,
        branch: "all",
    },
    // RFC 3261 21.4.26; Q.850 incompatible destination
    noCommonMedia: {
        fault: "endingSide",
        sip: { status: 488, reason: "Not Acceptable Here", q850: 88 },
        matrix: "unknown_error",
        branch: 3,
    },
    // RFC 3261 21.5.5; Q.850 recovery on timer expiry
    mediaLost: {
        fault: "media",
        sip: { status: 504, reason: "Server Time-out", q850: 102 },
        matrix: "ice_timeout",
        branch: 15,
    },
    // RFC 3261 21.4.18, and not 503, because one callee's client failed and not the bridge; Q.850 interworking, unspecified
    iceFailed: {
        fault: "media",
        sip: { status: 480, reason: "Temporarily Unavailable", q850: 127 },
        matrix: "ice_failed",
        branch: 5,
    },
    // RFC 3261 21.4.18; Q.850 interworking, unspecified
    mediaDeviceFailed: {
        fault: "endingSide",
        sip: { status: 480, reason: "Temporarily Unavailable", q850: 127 },
        matrix: "user_media_failed",
        branch: 4,
    },
    // RFC 3261 21.5.3, and not 503, after which peers send no calls for a while; Q.850 network out of order
    networkFailure: {
        fault: "endingNetwork",
        sip: { status: 502, reason: "Bad Gateway", q850: 38 },
        matrix: "unknown_error",
        branch: 17,
    },
    // RFC 3261 21.5.4; Q.850 switching equipment congestion
    serviceUnavailable: {
        fault: "endingNetwork",
        sip: { status: 503, reason: "Service Unavailable", q850: 42 },
        matrix: "unknown_error",
        branch: 18,
    },
    // the callee took or placed another call: RFC 3261 21.4.24; Q.850 normal, unspecified
    replaced: {
        fault: "none",
        sip: { status: 486, reason: "Busy Here", q850: 31 },
        matrix: "replaced",
        branch: "all",
    },
    // RFC 3261 21.5.1; Q.850 temporary failure
    internalError: {
        fault: "bridge",
        sip: { status: 500, reason: "Server Internal Error", q850: 41 },
        matrix: "unknown_error",
        branch: 19,
    },
};

/** Final responses of 300 and more whose meaning differs from that of their class. */
export const CAUSES_OF_STATUS: Readonly<Record<number, EndCause>> = {
    401: "networkFailure", // RFC 3261 21.4.2: the bridge's credentials are rejected, not its user's
    402: "rejectedByNetwork", // RFC 3261 21.4.3
    403: "rejectedByNetwork", // RFC 3261 21.4.4
    404: "notFound", // RFC 3261 21.4.5
    407: "networkFailure", // RFC 3261 21.4.8
    408: "noResponse", // RFC 3261 21.4.9, and what the SIP server sends for timer B
    410: "notFound", // RFC 3261 21.4.10
    415: "noCommonMedia", // RFC 3261 21.4.13
    416: "badAddress", // RFC 3261 21.4.14
    428: "rejectedByNetwork", // RFC 8224 6.2.2
    429: "rejectedByNetwork", // RFC 3892 5
    430: "unavailable", // RFC 5626 6
    433: "rejectedByNetwork", // RFC 5079: anonymity is not allowed
    436: "rejectedByNetwork", // RFC 8224 6.2.2
    437: "rejectedByNetwork", // RFC 8224 6.2.2
    438: "rejectedByNetwork", // RFC 8224 6.2.2
    480: "unavailable", // RFC 3261 21.4.18
    484: "badAddress", // RFC 3261 21.4.22
    485: "badAddress", // RFC 3261 21.4.23
    486: "busy", // RFC 3261 21.4.24
    487: "cancelled", // RFC 3261 21.4.25
    488: "noCommonMedia", // RFC 3261 21.4.26
    600: "busy", // RFC 3261 21.6.1
    603: "declined", // RFC 3261 21.6.2
    604: "notFound", // RFC 3261 21.6.3
    606: "noCommonMedia", // RFC 3261 21.6.4
    607: "blocked", // RFC 8197
    608: "blocked", // RFC 8688
};

/** Q.850 causes that say more than "the call ended". RFC 3398, section 8.2.6.1 names most. */
export const CAUSES_OF_Q850: Readonly<Record<number, EndCause>> = {
    1: "notFound", // unallocated number
    2: "notFound", // no route to specified transit network
    3: "notFound", // no route to destination
    17: "busy", // user busy
    18: "unavailable", // no user responding: the phone did not ring (RFC 3398, section 8.2.6.1: 408)
    19: "noAnswer", // no answer from user (user alerted)
    20: "unavailable", // subscriber absent
    21: "declined", // call rejected
    22: "notFound", // number changed
    26: "answeredElsewhere", // non-selected user clearing
    27: "networkFailure", // destination out of order
    28: "badAddress", // invalid number format (address incomplete)
    34: "networkFailure", // no circuit/channel available
    38: "networkFailure", // network out of order
    41: "networkFailure", // temporary failure
    42: "networkFailure", // switching equipment congestion
    44: "networkFailure", // requested circuit/channel not available
    47: "networkFailure", // resource unavailable, unspecified
    58: "noCommonMedia", // bearer capability not presently available
    65: "noCommonMedia", // bearer capability not implemented
    79: "noCommonMedia", // service or option not implemented, unspecified
    88: "noCommonMedia", // incompatible destination
    102: "noResponse", // recovery on timer expiry; within a call it is the media (byeCause)
};

/** The state of the call when the Matrix party ended it. */
export type EndedWhile = "callingUs" | "calledByUs" | "connected";

type MeaningOfReason = Readonly<Record<EndedWhile, EndCause>>;

const always = (cause: EndCause): MeaningOfReason => ({ callingUs: cause, calledByUs: cause, connected: cause });

/** Unknown reasons are client failures outside the specification: matrix-js-sdk has its own (`create_answer`, ...). */
export const UNKNOWN_MATRIX_REASON = always("unavailable");

export const CAUSES_OF_MATRIX_REASON: Readonly<Record<string, MeaningOfReason>> = {
    user_hangup: { callingUs: "cancelled", calledByUs: "declined", connected: "hungUp" },
    user_busy: always("busy"),
    // the caller's client ended the call after its own ring time
    invite_timeout: { callingUs: "noAnswer", calledByUs: "noAnswer", connected: "noAnswer" },
    ice_failed: always("iceFailed"),
    ice_timeout: always("mediaLost"),
    user_media_failed: always("mediaDeviceFailed"),
    answered_elsewhere: always("answeredElsewhere"),
    replaced: always("replaced"),
    unknown_error: UNKNOWN_MATRIX_REASON,
};
