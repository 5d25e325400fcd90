import type { EndCause } from "../call/vocabulary.ts";
import { parseReasons } from "./sipHeaders.ts";
import type { SipHeaders } from "./SipStack.ts";

/** How the end of a call is sent in SIP: the final response while there is none yet, and the cause of the Reason header always. */
export interface SipEnding {
    readonly status: number;
    readonly reason: string;
    /** ITU-T Q.850 cause value. */
    readonly q850: number;
}

/** Every end in SIP's words. Q.850 causes and statuses go together as in RFC 3398, sections 7.2.4.1 and 8.2.6.1. */
export const SIP_ENDINGS: Readonly<Record<EndCause, SipEnding>> = {
    // no answer was given, but somebody was there: RFC 3261 21.4.18; Q.850 normal call clearing
    hungUp: { status: 480, reason: "Temporarily Unavailable", q850: 16 },
    // RFC 3261 21.4.25; the server has sent it before we could
    cancelled: { status: 487, reason: "Request Terminated", q850: 16 },
    // RFC 3261 21.4.24: busy at this device, there may be others; Q.850 user busy
    busy: { status: 486, reason: "Busy Here", q850: 17 },
    // RFC 3261 21.6.2: no other place to try; Q.850 call rejected
    declined: { status: 603, reason: "Decline", q850: 21 },
    // RFC 3261 21.4.18; Q.850 no answer from user (user alerted)
    noAnswer: { status: 480, reason: "Temporarily Unavailable", q850: 19 },
    // RFC 3261 21.4.18; Q.850 subscriber absent
    unavailable: { status: 480, reason: "Temporarily Unavailable", q850: 20 },
    // RFC 3261 21.4.18; Q.850 non-selected user clearing, as RFC 4497 8.4.1 has it
    answeredElsewhere: { status: 480, reason: "Temporarily Unavailable", q850: 26 },
    // RFC 3261 21.4.5; Q.850 unallocated number
    notFound: { status: 404, reason: "Not Found", q850: 1 },
    // RFC 3261 21.4.22; Q.850 invalid number format
    badAddress: { status: 484, reason: "Address Incomplete", q850: 28 },
    // RFC 3261 21.4.4; Q.850 bearer capability not authorized
    forbidden: { status: 403, reason: "Forbidden", q850: 57 },
    // RFC 3261 21.6.2: 607 and 608 are words of a callee's network, and drachtio-srf does not know them; Q.850 call rejected
    blocked: { status: 603, reason: "Decline", q850: 21 },
    // RFC 3261 21.4.26; Q.850 incompatible destination
    noCommonMedia: { status: 488, reason: "Not Acceptable Here", q850: 88 },
    // RFC 3261 21.5.5; Q.850 recovery on timer expiry
    mediaLost: { status: 504, reason: "Server Time-out", q850: 102 },
    // RFC 3261 21.5.4; Q.850 temporary failure
    iceFailed: { status: 503, reason: "Service Unavailable", q850: 41 },
    // RFC 3261 21.4.18; Q.850 interworking, unspecified
    mediaDeviceFailed: { status: 480, reason: "Temporarily Unavailable", q850: 127 },
    // RFC 3261 21.5.3, and not 503, which makes peers stop sending us calls; Q.850 network out of order
    networkFailure: { status: 502, reason: "Bad Gateway", q850: 38 },
    // RFC 3261 21.5.4; Q.850 switching equipment congestion
    serviceUnavailable: { status: 503, reason: "Service Unavailable", q850: 42 },
    // the callee took or placed another call: RFC 3261 21.4.24; Q.850 normal, unspecified
    replaced: { status: 486, reason: "Busy Here", q850: 31 },
    // RFC 3261 21.5.1; Q.850 temporary failure
    internalError: { status: 500, reason: "Server Internal Error", q850: 41 },
};

/** Final responses of 300 and more that say more than their class does. */
const CAUSES_OF_STATUS: Readonly<Record<number, EndCause>> = {
    401: "networkFailure", // RFC 3261 21.4.2: it is the bridge, not its user, whose credentials are not taken
    402: "forbidden", // RFC 3261 21.4.3
    403: "forbidden", // RFC 3261 21.4.4
    404: "notFound", // RFC 3261 21.4.5
    407: "networkFailure", // RFC 3261 21.4.8
    408: "noAnswer", // RFC 3261 21.4.9, and the server's own word for timer B
    410: "notFound", // RFC 3261 21.4.10
    415: "noCommonMedia", // RFC 3261 21.4.13
    416: "badAddress", // RFC 3261 21.4.14
    428: "forbidden", // RFC 8224 6.2.2
    429: "forbidden", // RFC 3892 5
    430: "unavailable", // RFC 5626 6
    433: "forbidden", // RFC 5079: anonymity is not allowed
    436: "forbidden", // RFC 8224 6.2.2
    437: "forbidden", // RFC 8224 6.2.2
    438: "forbidden", // RFC 8224 6.2.2
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

/** Q.850 causes that say more than "it is over". RFC 3398, section 8.2.6.1 names most. */
const CAUSES_OF_Q850: Readonly<Record<number, EndCause>> = {
    1: "notFound", // unallocated number
    2: "notFound", // no route to specified transit network
    3: "notFound", // no route to destination
    17: "busy", // user busy
    18: "noAnswer", // no user responding
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
    102: "noAnswer", // recovery on timer expiry; within a call it is the media (byeCause)
};

/** What Q.850 calls normal: it says nothing a response or BYE does not say itself. */
const NORMAL_Q850: ReadonlySet<number> = new Set([16, 31]);

/** Why an INVITE was refused: the Q.850 cause, if it says something, else the status (RFC 3326; RFC 6432 for responses). */
export function causeOfFailure(status: number, headers: SipHeaders): EndCause {
    const q850 = q850Of(headers);
    return (q850 === undefined ? undefined : CAUSES_OF_Q850[q850]) ?? CAUSES_OF_STATUS[status] ?? causeOfClass(status);
}

/** Why the peer said BYE: nothing or a normal cause is hanging up. */
export function causeOfBye(headers: SipHeaders): EndCause {
    const q850 = q850Of(headers);
    if (q850 !== undefined && !NORMAL_Q850.has(q850)) {
        return q850 === 102 ? "mediaLost" : (CAUSES_OF_Q850[q850] ?? "networkFailure");
    }
    const status = sipCauseOf(headers);
    return status === undefined || status < 400 ? "hungUp" : (CAUSES_OF_STATUS[status] ?? causeOfClass(status));
}

/** Why the peer said CANCEL: `SIP;cause=200` (RFC 3326, section 3.1) and Q.850 26 say that somebody else answered. */
export function causeOfCancel(headers: SipHeaders): EndCause {
    return sipCauseOf(headers) === 200 || q850Of(headers) === 26 ? "answeredElsewhere" : "cancelled";
}

/** Why the SIP server ended a dialog by itself, in the words drachtio-server and ours have for it. */
export function causeOfServerBye(headers: SipHeaders): EndCause {
    const text = parseReasons(headers.get("reason"))[0]?.text ?? "";
    if (/cancel/i.test(text)) return "cancelled";
    if (/application gone|server stopping/i.test(text)) return "serviceUnavailable";
    // ACK timeout, session timer expired: the peer is not there any more
    return "networkFailure";
}

/** The value of a Reason header for an end (RFC 3326). That another device answered is written as phones understand it, too. */
export function reasonHeader(cause: EndCause): string {
    const q850 = `Q.850;cause=${SIP_ENDINGS[cause].q850}`;
    return cause === "answeredElsewhere" ? `SIP;cause=200;text="Call completed elsewhere",${q850}` : q850;
}

/** RFC 3261, section 8.1.3.2: an unknown status counts as x00 of its class. */
function causeOfClass(status: number): EndCause {
    return status >= 600 ? "declined" : "networkFailure";
}

function q850Of(headers: SipHeaders): number | undefined {
    return parseReasons(headers.get("reason")).find(({ protocol }) => protocol === "Q.850")?.cause;
}

function sipCauseOf(headers: SipHeaders): number | undefined {
    return parseReasons(headers.get("reason")).find(({ protocol }) => protocol === "SIP")?.cause;
}
