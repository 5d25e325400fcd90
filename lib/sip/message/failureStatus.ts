import type { FailureCause } from "../../message/vocabulary.ts";
import type { OutgoingResponse } from "../SipStack.ts";
import { ACCEPTED_TYPES } from "./decodeMessageBody.ts";

const STATUSES: Readonly<Record<FailureCause, number>> = {
    notAllowed: 403,
    unknownRecipient: 404,
    rejected: 403,
    tooLarge: 413,
    unsupportedContent: 415,
    expired: 480,
    recipientOffline: 480,
    networkFailure: 503,
    internalError: 500,
};

/** The response to a MESSAGE that the recipient's network did not accept. */
export function failureResponse(cause: FailureCause): OutgoingResponse {
    const status = STATUSES[cause];
    return { status, ...(status === 415 && { headers: { Accept: ACCEPTED_TYPES } }) };
}
