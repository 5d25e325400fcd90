declare const brand: unique symbol;

/**
 * Identifies a message for as long as the bridge remembers it, across restarts. The adapters derive it from the sender's
 * own identifiers, so that a repeated event or request has the same one.
 */
export type MessageId = string & { readonly [brand]: "MessageId" };

/** `inbound` is SIP to Matrix, `outbound` is Matrix to SIP. */
export type Direction = "inbound" | "outbound";

/** What the sender of a message can be notified of once it has arrived (RFC 5438, section 6.1; read receipts in Matrix). */
export type Receipt = "delivery" | "display";

/** What the sender of a message can ask for. A Matrix user is notified of failures without asking. */
export type WantedReceipt = Receipt | "failure";

/** Why a message was not delivered. Each has a sentence for the sender in Matrix and a status for SIP. */
export type FailureCause =
    /** The sender has no permission to write to this recipient. */
    | "notAllowed"
    /** The recipient's network knows no such number, address or user. */
    | "unknownRecipient"
    /** The recipient or its network rejected the message. */
    | "rejected"
    | "tooLarge"
    /** The recipient accepts no content of this type. */
    | "unsupportedContent"
    /** It could not be delivered for as long as its sender set. */
    | "expired"
    /** The recipient's phone did not register for as long as the bridge keeps messages for it. */
    | "recipientOffline"
    /** The recipient's network could not be reached for as long as the bridge repeats a message. */
    | "networkFailure"
    | "internalError";

export const FAILURE_CAUSES = [
    "notAllowed",
    "unknownRecipient",
    "rejected",
    "tooLarge",
    "unsupportedContent",
    "expired",
    "recipientOffline",
    "networkFailure",
    "internalError",
] as const satisfies readonly FailureCause[];
