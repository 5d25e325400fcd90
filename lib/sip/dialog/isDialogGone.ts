import type { IncomingResponse } from "../SipStack.ts";
import { unreachedReason } from "../trunk/trunkFault.ts";

/**
 * Whether the response to a request within a dialog means that the peer has no such dialog (481), or that it did not respond at all:
 * 408, or the SIP server's own 503. Every other response means that the peer has it (RFC 5057, section 5.1). Pure.
 */
export function isDialogGone(response: Pick<IncomingResponse, "status" | "headers">): boolean {
    return response.status === 481 || isUnreached(response);
}

/** Whether the SIP server made the response in place of one of the peer. Pure. */
export function isUnreached(response: Pick<IncomingResponse, "status" | "headers">): boolean {
    return response.status === 408 || unreachedReason(response) !== undefined;
}
