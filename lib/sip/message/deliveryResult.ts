import type { DeliveryResult } from "../../ports/MessageCarrier.ts";
import type { FailureCause } from "../../message/vocabulary.ts";
import { leadingSecondsIn } from "../deltaSeconds.ts";
import type { IncomingResponse } from "../SipStack.ts";

/** Statuses by which the recipient's network says that the message cannot be delivered, other than 5xx and 6xx. */
const CAUSES: Readonly<Record<number, FailureCause>> = {
    404: "unknownRecipient",
    410: "unknownRecipient",
    416: "unknownRecipient",
    484: "unknownRecipient",
    485: "unknownRecipient",
    604: "unknownRecipient",
    413: "tooLarge",
    513: "tooLarge",
    406: "unsupportedContent",
    415: "unsupportedContent",
    488: "unsupportedContent",
    606: "unsupportedContent",
};

/** Statuses after which the same message can be accepted later, in addition to 5xx. */
const TEMPORARY: ReadonlySet<number> = new Set([408, 429, 430, 480, 486, 600]);
/** 5xx statuses that do not change by waiting: not implemented, version, too large. */
const PERMANENT: ReadonlySet<number> = new Set([501, 505, 513]);
/** A wait that a network asks for is limited to a day. */
const MAX_RETRY_AFTER_S = 86_400;

/** The outcome of a MESSAGE by its final response (RFC 3428, section 7; RFC 3261, section 21). */
export function deliveryResult(
    { status, headers }: Pick<IncomingResponse, "status" | "headers">,
    reference: string,
    attempt: number,
    by: "network" | "recipient",
): DeliveryResult {
    if (status >= 200 && status < 300) {
        // RFC 3428, section 7: 202 means that it is stored and passed on
        return { kind: "accepted", reference, by: status === 202 ? "network" : by };
    }
    // RFC 3261, section 8.2.2.2: the recipient has the request already, from an attempt whose response was lost
    if (status === 482 && attempt > 1) return { kind: "accepted", reference, by };
    const isTemporary = TEMPORARY.has(status) || (status >= 500 && status < 600 && !PERMANENT.has(status));
    if (!isTemporary) return { kind: "rejected", cause: CAUSES[status] ?? "rejected" };
    const seconds = leadingSecondsIn(headers.get("retry-after")) ?? 0;
    return {
        kind: "unavailable",
        ...(seconds > 0 && { retryAfterMs: Math.min(seconds, MAX_RETRY_AFTER_S) * 1_000 }),
    };
}

/** Whether another address of the trunk can accept a message that this response rejects: its network failed, not the recipient. */
export function mayFailOver({ status }: Pick<IncomingResponse, "status">): boolean {
    return status === 408 || (status >= 500 && status < 600 && !PERMANENT.has(status));
}

/** Whether the peer does not understand the type of the body, so that plain text can succeed. */
export function isUnsupportedType({ status }: Pick<IncomingResponse, "status">): boolean {
    return status === 415 || status === 406 || status === 488;
}
