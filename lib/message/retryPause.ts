import type { MessagePolicy } from "./MessagePolicy.ts";

/** More doublings than this exceed any configured pause. */
const MAX_DOUBLINGS = 30;

/**
 * Returns the pause after attempt number `attempts`, in ms: exponential back-off, and never shorter than the recipient's
 * network asked for (Retry-After, RFC 3261 section 20.33; `retry_after_ms` in Matrix).
 */
export function retryPause(
    { firstRetryMs, longestRetryMs }: Pick<MessagePolicy, "firstRetryMs" | "longestRetryMs">,
    attempts: number,
    retryAfterMs = 0,
): number {
    const doublings = Math.min(Math.max(attempts - 1, 0), MAX_DOUBLINGS);
    return Math.max(Math.min(firstRetryMs * 2 ** doublings, longestRetryMs), retryAfterMs);
}
