import type { EndCause } from "../../call/vocabulary.ts";
import type {
    SentInviteCopy,
    SipInviteReceivedRecord,
    SipInviteRecord,
    SipInviteSentRecord,
} from "../../ports/LegRecord.ts";
import { reasonHeader, sipEndingOf } from "../sipEndCause.ts";
import { type HeaderFields, type InheritedTransactions, SipSendError, type SipStack } from "../SipStack.ts";
import { byeByCopy } from "./endLostDialog.ts";
import { cancelByCopy, responseByCopy } from "./inviteCopy.ts";

export interface OpenInviteParts {
    readonly stack: SipStack;
    readonly inherited: Pick<InheritedTransactions, "respondTo" | "respondToLost" | "cancelSent">;
    readonly userAgent: string;
}

const IGNORED = { onResponse: (): void => undefined };

/**
 * Ends an INVITE without a final response that only a record knows: by its transaction if the SIP server has it, otherwise by what
 * the record says of it, because the server that had it is gone. Rejects with a `SipSendError` if neither is possible.
 */
export async function endOpenInvite(record: SipInviteRecord, cause: EndCause, parts: OpenInviteParts): Promise<void> {
    if (record.phase === "inviteSent") await cancel(record, cause, parts);
    else await reject(record, cause, parts);
}

async function cancel(
    { transactionId, headers, copy }: SipInviteSentRecord,
    cause: EndCause,
    parts: OpenInviteParts,
): Promise<void> {
    const { inherited } = parts;
    const all = { ...headers, Reason: reasonHeader(cause) };
    try {
        await inherited.cancelSent(transactionId, all);
    } catch (error) {
        if (!isUnknown(error)) throw error;
        await cancelLost(copy, all, parts);
    }
}

async function cancelLost(copy: SentInviteCopy, headers: HeaderFields, parts: OpenInviteParts): Promise<void> {
    const { stack, userAgent } = parts;
    try {
        await stack.send(cancelByCopy(copy, headers), IGNORED);
    } catch (error) {
        if (!isUnknown(error) || copy.early === undefined) throw error;
        await stack.send(byeByCopy(copy.early, { ...headers, "User-Agent": userAgent }), IGNORED);
    }
}

async function reject(
    { transactionId, headers, copy }: SipInviteReceivedRecord,
    cause: EndCause,
    parts: OpenInviteParts,
): Promise<void> {
    const { inherited, userAgent } = parts;
    const { status, reason } = sipEndingOf("unavailable");
    const all = { ...headers, Reason: reasonHeader(cause), "User-Agent": userAgent };
    const response = { status, reason, headers: all };
    try {
        await inherited.respondTo(transactionId, response);
    } catch (error) {
        if (!isUnknown(error)) throw error;
        await inherited.respondToLost(responseByCopy(copy, response));
    }
}

/** The server is there, and does not have the transaction, or cannot do that. */
function isUnknown(error: unknown): boolean {
    return error instanceof SipSendError && error.code === "refused";
}
