import type { Message } from "../message/Message.ts";
import type { FailureCause, Receipt } from "../message/vocabulary.ts";
import type { MessageRoute } from "./MessageRouting.ts";

/**
 * One network's side of messaging. Each adapter implements it: it delivers the messages that go to its network, and
 * notifies the senders of those that came from it.
 */
export interface MessageCarrier {
    /**
     * Sends a message to its recipient and resolves with what became of it. Has a timeout of its own. A repeated attempt
     * carries the same identifiers in the recipient's network, so that the recipient can recognise it. Never rejects for
     * anything the network does.
     */
    deliver(attempt: DeliveryAttempt): Promise<DeliveryResult>;
    /** Notifies the sender of a receipt the sender asked for. Best effort. */
    confirm(message: Message, receipt: Receipt): Promise<void>;
    /** Notifies the sender that a message was not delivered. Rejects if the sender's network cannot be reached now. */
    reportFailure(message: Message, cause: FailureCause): Promise<void>;
}

export interface DeliveryAttempt {
    readonly message: Message;
    /** Counts from 1. */
    readonly attempt: number;
    /** Parts the recipient's network has accepted before: they are not sent again. */
    readonly partsSent: number;
    /** Called after each part but the last, before the next one is sent. */
    readonly onPartsAccepted: (parts: number) => void;
}

export type DeliveryResult =
    /** `by` tells whether the recipient itself has it, or a network that passes it on. */
    | { readonly kind: "accepted"; readonly reference: string; readonly by: "network" | "recipient" }
    /** It may succeed later. */
    | { readonly kind: "unavailable"; readonly retryAfterMs?: number }
    /** The recipient's phone is not registered. */
    | { readonly kind: "offline" }
    | { readonly kind: "rejected"; readonly cause: FailureCause };

/** A carrier that receives the destination with the message. */
export interface RoutedCarrier extends Omit<MessageCarrier, "deliver"> {
    /** As `MessageCarrier.deliver`. Networks of the route are trunks or services of this carrier. */
    deliver(
        attempt: DeliveryAttempt,
        route: Extract<MessageRoute, { readonly kind: "phones" | "networks" }>,
    ): Promise<DeliveryResult>;
}
