import type { Message } from "../message/Message.ts";
import type { MessageState } from "../message/MessageState.ts";
import type { Direction, FailureCause, MessageId } from "../message/vocabulary.ts";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";

/** How an adapter hands in messages and what it learns about them. The message delivery implements it. */
export interface MessageIntake {
    /**
     * Accepts a message whose sender the adapter has authenticated and permitted. Synchronous: when it returns, the message
     * has been handed to the operating system and survives a crash of the bridge.
     */
    accept(message: Message): Acceptance;
    /** Whether a message of this identifier was accepted before: an event or request is then a repetition. */
    knows(id: MessageId): boolean;
    /**
     * Reports a receipt for a message, by the identifier the recipient's network gave it: a Matrix event ID for inbound
     * messages, an IMDN Message-ID or a carrier's identifier for outbound ones. Unknown identifiers are ignored.
     */
    receipt(direction: Direction, reference: string, news: ReceiptNews): void;
    /**
     * Reports that a Matrix user has read a room up to an event (m.read): all inbound messages of the same conversation that
     * were accepted before have been read as well.
     */
    readUpTo(user: MatrixUserId, reference: string): void;
    /** Reports that messages can be delivered again: a phone has registered, a trunk answers again. */
    recipientAvailable(isFor: (message: Message) => boolean): void;
}

export type Acceptance =
    | {
          readonly kind: "accepted";
          /** Resolves when the message survives a power failure. Rejects if the disk fails: the sender must then repeat it. */
          readonly stored: Promise<void>;
          /** Resolves with the state that ends its delivery: sent, delivered, displayed or failed. Never rejects. */
          readonly settled: Promise<MessageState>;
      }
    | { readonly kind: "repeated"; readonly state: MessageState }
    /** Too many messages wait, or the bridge stops. Nothing is kept. */
    | { readonly kind: "refused" };

export type ReceiptNews =
    | { readonly kind: "delivered" }
    | { readonly kind: "displayed" }
    | { readonly kind: "notDelivered"; readonly cause: FailureCause };
