import { answerAsUas, type SessionTimer, type SessionTimerPolicy } from "../dialog/sessionTimer.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";

/** Writes into our 2xx to a session refresh request what we make of it (RFC 4028 9). Undefined if neither side requests a timer. */
export function agreeOnTimer(
    request: SipRequest,
    response: SipResponse,
    policy: SessionTimerPolicy,
): SessionTimer | undefined {
    const answer = answerAsUas(request.headers, response.headers, policy);
    if (answer === undefined) return undefined;
    response.headers.set("Session-Expires", answer.sessionExpires);
    if (answer.requireTimer) response.headers.add("Require", "timer");
    return answer.timer;
}
