import { CAUSES_OF_Q850, CAUSES_OF_STATUS, ENDINGS, type Ending } from "../call/endings.ts";
import type { EndCause } from "../call/vocabulary.ts";
import { parseReasons } from "./sipHeaders.ts";
import type { SipHeaders } from "./SipStack.ts";

/** How the end of a call is sent in SIP. */
export function sipEndingOf(cause: EndCause): Ending["sip"] {
    return ENDINGS[cause].sip;
}

/** Q.850: the phone did not react. Some PBXs also send it if it rang and the call was not answered. */
const NO_USER_RESPONDING = 18;

/** Server failures that a BYE can name (RFC 3261, section 21.5): the call did not end by hanging up. */
const KNOWN_NETWORK_FAILURES: ReadonlySet<number> = new Set([500, 501, 502, 503, 504, 505, 513]);

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
    const isSilence = isUnexplained || failure === "noResponse" || known === NO_USER_RESPONDING;
    return heard === "ringing" && isSilence ? "noAnswer" : failure;
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
    const q850 = `Q.850;cause=${sipEndingOf(cause).q850}`;
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
