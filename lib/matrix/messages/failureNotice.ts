import type { FailureCause } from "../../message/vocabulary.ts";

const NOTICES: Readonly<Record<FailureCause, string>> = {
    notAllowed: "Your message wasn't sent. You don't have permission to send messages to this number.",
    unknownRecipient: "Your message wasn't delivered. This number doesn't exist or can't receive messages.",
    rejected: "Your message wasn't delivered. The other side rejected it.",
    tooLarge: "Your message wasn't delivered. It is too long for this number. Send it in several shorter messages.",
    unsupportedContent: "Your message wasn't delivered. This number can't receive this kind of message.",
    expired: "Your message wasn't delivered in time. Send it again.",
    recipientOffline:
        "Your message wasn't delivered. The other side's phone has been switched off or offline for too long. Send it again later.",
    networkFailure: "Your message wasn't delivered. The phone network couldn't be reached. Send it again later.",
    internalError: "Your message wasn't delivered because of an internal error. Send it again.",
};

/** What the sender of a message reads when it was not delivered. */
export function failureNotice(cause: FailureCause): string {
    return NOTICES[cause];
}

export const TOO_MANY_NOTICE =
    "Your message wasn't sent. You've sent too many messages in a short time. Wait a minute.";
export const QUEUE_FULL_NOTICE = "Your message wasn't sent. Too many messages are waiting to be sent. Try again later.";
