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

/** Every end in SIP. Q.850 causes and statuses go together as in RFC 3398, sections 7.2.4.1 and 8.2.6.1. */
export const SIP_ENDINGS: Readonly<Record<EndCause, SipEnding>> = {
    // not answered, but the callee responded: RFC 3261 21.4.18; Q.850 normal call clearing
    hungUp: { status: 480, reason: "Temporarily Unavailable", q850: 16 },
    // RFC 3261 21.4.25; the server has sent it before we could
    cancelled: { status: 487, reason: "Request Terminated", q850: 16 },
    // RFC 3261 21.4.24: busy at this device, there may be others; Q.850 user busy
    busy: { status: 486, reason: "Busy Here", q850: 17 },
    // RFC 3261 21.6.2: no other place to try; Q.850 call rejected
    declined: { status: 603, reason: "Decline", q850: 21 },
    // RFC 3261 21.4.18; Q.850 no answer from user (user alerted)
    noAnswer: { status: 480, reason: "Temporarily Unavailable", q850: 19 },
    // RFC 3261 21.5.5; Q.850 network out of order
    noResponse: { status: 504, reason: "Server Time-out", q850: 38 },
    // RFC 3261 21.4.18; Q.850 subscriber absent
    unavailable: { status: 480, reason: "Temporarily Unavailable", q850: 20 },
    // RFC 3261 21.4.18; Q.850 non-selected user clearing, as RFC 4497 8.4.1 has it
    answeredElsewhere: { status: 480, reason: "Temporarily Unavailable", q850: 26 },
    // RFC 3261 21.4.5; Q.850 unallocated number
    notFound: { status: 404, reason: "Not Found", q850: 1 },
    // RFC 3261 21.4.22; Q.850 invalid number format
    badAddress: { status: 484, reason: "Address Incomplete", q850: 28 },
    // RFC 3261 21.4.4; Q.850 bearer capability not authorized
    // the SIP status of a rejection for policy; Q.850 57: bearer capability not authorised
    limitReached: { status: 403, reason: "Limit Reached", q850: 57 },
    forbidden: { status: 403, reason: "Forbidden", q850: 57 },
    // the same: the network on the other side has sent it
    rejectedByNetwork: { status: 403, reason: "Forbidden", q850: 57 },
    // RFC 3261 21.6.2: 607 and 608 are for a callee's network, and drachtio-srf does not know them; Q.850 call rejected
    blocked: { status: 603, reason: "Decline", q850: 21 },
    // RFC 3261 21.4.26; Q.850 incompatible destination
    noCommonMedia: { status: 488, reason: "Not Acceptable Here", q850: 88 },
    // RFC 3261 21.5.5; Q.850 recovery on timer expiry
    mediaLost: { status: 504, reason: "Server Time-out", q850: 102 },
    // RFC 3261 21.4.18, and not 503, because one callee's client failed and not the bridge; Q.850 interworking, unspecified
    iceFailed: { status: 480, reason: "Temporarily Unavailable", q850: 127 },
    // RFC 3261 21.4.18; Q.850 interworking, unspecified
    mediaDeviceFailed: { status: 480, reason: "Temporarily Unavailable", q850: 127 },
    // RFC 3261 21.5.3, and not 503, after which peers send no calls for a while; Q.850 network out of order
    networkFailure: { status: 502, reason: "Bad Gateway", q850: 38 },
    // RFC 3261 21.5.4; Q.850 switching equipment congestion
    serviceUnavailable: { status: 503, reason: "Service Unavailable", q850: 42 },
    // the callee took or placed another call: RFC 3261 21.4.24; Q.850 normal, unspecified
    replaced: { status: 486, reason: "Busy Here", q850: 31 },
    // RFC 3261 21.5.1; Q.850 temporary failure
    internalError: { status: 500, reason: "Server Internal Error", q850: 41 },
};

/** Final responses of 300 and more whose meaning differs from that of their class. */
const CAUSES_OF_STATUS: Readonly<Record<number, EndCause>> = {
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

/** Server failures that a BYE can name (RFC 3261, section 21.5): the call did not end by hanging up. */
const KNOWN_NETWORK_FAILURES: ReadonlySet<number> = new Set([500, 501, 502, 503, 504, 505, 513]);

/** Q.850 causes that say more than "the call ended". RFC 3398, section 8.2.6.1 names most. */
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
    102: "noResponse", // recovery on timer expiry; within a call it is the media (byeCause)
};

/**
 * Why an INVITE was rejected: the Q.850 cause if it is a known one that says more than "ended", otherwise the status (RFC
 * 3326; RFC 6432 for responses). An unknown cause is a hint that is ignored.
 * @param heard whether a phone may have rung before: a timeout is then a call that was not answered
 */
export function causeOfFailure(status: number, headers: SipHeaders, heard: "nothing" | "ringing"): EndCause {
    const known = knownQ850In(headers);
    const cause = known === undefined ? undefined : CAUSES_OF_Q850[known];
    // Asterisk sends 603 for every end without a cause of its own, and says so by a Q.850 cause: only without one is it a no
    const isUnexplained = known === undefined && status === 603 && reasonsOf(headers, "Q.850").length > 0;
    const failure = isUnexplained ? "unavailable" : (cause ?? causeOfStatus(status));
    return heard === "ringing" && (isUnexplained || failure === "noResponse") ? "noAnswer" : failure;
}

/** Why the peer sent BYE: it hung up, unless a known cause says otherwise. RFC 3326: a Reason is a hint. */
export function causeOfBye(headers: SipHeaders): EndCause {
    const q850 = knownQ850In(headers);
    if (q850 !== undefined) return q850 === 102 ? "mediaLost" : (CAUSES_OF_Q850[q850] ?? "hungUp");
    const status = reasonsOf(headers, "SIP")[0];
    if (status === undefined || status < 400) return "hungUp";
    return CAUSES_OF_STATUS[status] ?? (KNOWN_NETWORK_FAILURES.has(status) ? "networkFailure" : "hungUp");
}

/** Why the peer sent CANCEL: `SIP;cause=200` (RFC 3326, section 3.1) and Q.850 26 mean that another device answered. */
export function causeOfCancel(headers: SipHeaders): EndCause {
    const isElsewhere = reasonsOf(headers, "SIP").includes(200) || reasonsOf(headers, "Q.850").includes(26);
    return isElsewhere ? "answeredElsewhere" : "cancelled";
}

/** Why the SIP server ended a dialog by itself, by the texts that drachtio-server and the embedded SIP server use. */
export function causeOfServerBye(headers: SipHeaders): EndCause {
    const text = parseReasons(headers.get("reason"))[0]?.text ?? "";
    if (/cancel/i.test(text)) return "cancelled";
    if (/application gone|server stopping/i.test(text)) return "serviceUnavailable";
    // ACK timeout, session timer expired: the peer does not respond any more
    return "networkFailure";
}

/** The value of a Reason header for an end (RFC 3326). That another device answered is written as phones understand it, too. */
export function reasonHeader(cause: EndCause): string {
    const q850 = `Q.850;cause=${SIP_ENDINGS[cause].q850}`;
    return cause === "answeredElsewhere" ? `SIP;cause=200;text="Call completed elsewhere",${q850}` : q850;
}

function causeOfStatus(status: number): EndCause {
    // RFC 3261, section 8.1.3.2: an unknown status counts as x00 of its class
    return CAUSES_OF_STATUS[status] ?? (status >= 600 ? "declined" : "networkFailure");
}

/** The first Q.850 cause that has a meaning of its own. */
function knownQ850In(headers: SipHeaders): number | undefined {
    return reasonsOf(headers, "Q.850").find((cause) => CAUSES_OF_Q850[cause] !== undefined);
}

/** All causes of a protocol, in order. */
function reasonsOf(headers: SipHeaders, protocol: "Q.850" | "SIP"): readonly number[] {
    return parseReasons(headers.get("reason")).flatMap((reason) =>
        reason.protocol === protocol && reason.cause !== undefined ? [reason.cause] : [],
    );
}
