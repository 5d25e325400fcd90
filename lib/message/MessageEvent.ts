import type { FailureCause, Receipt } from "./vocabulary.ts";

/** What happened to a message. An event can arrive late, repeatedly, or for a message that has already failed. */
export type MessageEvent =
    /** The message is the first of its conversation and its wait is over. `now`: wall time in ms. */
    | { readonly kind: "due"; readonly now: number }
    /** The recipient's network accepted the first `parts` parts of a split message. */
    | { readonly kind: "partsAccepted"; readonly parts: number }
    /** The recipient's network accepted all of it. */
    | { readonly kind: "accepted"; readonly reference: string; readonly by: "network" | "recipient" }
    /** It may be accepted later. `retryAfterMs`: what the network asked for (Retry-After). */
    | { readonly kind: "unavailable"; readonly now: number; readonly retryAfterMs?: number }
    /** The recipient's phone is not registered. */
    | { readonly kind: "offline"; readonly now: number }
    | { readonly kind: "rejected"; readonly cause: FailureCause }
    /** The recipient's phone has registered, or its network can be reached again. */
    | { readonly kind: "recipientAvailable" }
    /** Receipts of the recipient. */
    | { readonly kind: "delivered" }
    | { readonly kind: "displayed" }
    | { readonly kind: "notDelivered"; readonly cause: FailureCause }
    /** The sender has been notified of the failure. */
    | { readonly kind: "failureReported" }
    /** The sender has been notified of a receipt. */
    | { readonly kind: "confirmed"; readonly receipt: Receipt }
    /** The sender could not be reached a while ago, and can be notified again. */
    | { readonly kind: "notificationDue"; readonly now: number }
    /** The bridge has started and read the message from disk. */
    | { readonly kind: "restarted" };
