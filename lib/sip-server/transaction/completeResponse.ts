import { parseCSeq } from "../sip/CSeq.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";

/**
 * Puts into a response what it must have copied from its request (RFC 3261 8.2.6.2) and lacks. It was matched by its
 * branch, so nothing is made up; and the response itself, perhaps that a call is answered, must not be lost for it.
 */
export function completeResponse(response: SipResponse, request: SipRequest): void {
    for (const name of ["From", "To", "Call-ID", "CSeq"]) {
        const value = response.headers.get(name);
        const isUsable = name === "CSeq" ? parseCSeq(value ?? "") !== undefined : value !== undefined && value !== "";
        if (!isUsable) response.headers.set(name, request.headers.get(name) ?? "");
    }
}
