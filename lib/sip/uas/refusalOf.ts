import type { EndCause } from "../../call/vocabulary.ts";
import { reasonHeader, sipEndingOf } from "../sipEndCause.ts";
import type { HeaderFields } from "../SipStack.ts";

/** Retry-After of a 503, in seconds. */
const RETRY_AFTER_S = 10;

/** The final response to an INVITE whose call ends before the answer. Pure. */
export function refusalOf(cause: EndCause, headers: HeaderFields) {
    const { status, reason } = sipEndingOf(cause);
    const retryAfter = status === 503 ? { "Retry-After": `${RETRY_AFTER_S}` } : {};
    return { status, reason, headers: { ...headers, Reason: reasonHeader(cause), ...retryAfter } };
}
