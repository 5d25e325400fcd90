import type { MatrixRoomId, MatrixUserId } from "../numbering/MatrixUserId.ts";
import { partyText } from "../numbering/partyText.ts";
import type { RemoteParty } from "../numbering/RemoteParty.ts";
import type { MessageContent } from "./MessageContent.ts";
import type { Direction, MessageId, WantedReceipt } from "./vocabulary.ts";

/** A message between a Matrix user and a party on the SIP side. Plain data: it is written to disk as JSON. */
export interface Message {
    readonly id: MessageId;
    readonly direction: Direction;
    /** The Matrix user: recipient of an inbound message, sender of an outbound one. */
    readonly user: MatrixUserId;
    /** The party on the SIP side. */
    readonly party: RemoteParty;
    readonly content: MessageContent;
    /** Wall time at which the bridge accepted it, in ms since the Unix epoch. */
    readonly acceptedAt: number;
    /** Wall time in ms from which it must not be delivered any more, if its sender set one. */
    readonly expiresAt?: number;
    /** What the sender asked to be notified of. */
    readonly receipts: readonly WantedReceipt[];
    readonly origin: MessageOrigin;
}

/** Where a message came from, in the words of the adapter that accepted it and that notifies the sender. */
export type MessageOrigin =
    | { readonly network: "matrix"; readonly room: MatrixRoomId; readonly eventId: string }
    | {
          readonly network: "sip";
          /** The peer, trunk or account that sent it. */
          readonly from: { readonly kind: "peer" | "trunk" | "account"; readonly name: string };
          readonly sipCallId: string;
          /** Of the sender's CPIM message, which its notifications repeat (RFC 5438, section 7.2.1.1). */
          readonly imdn?: {
              readonly messageId: string;
              readonly dateTime: string;
              readonly from: string;
              readonly to: string;
          };
      }
    | { readonly network: "http"; readonly service: string; readonly reference: string };

/**
 * Identifies the sequence of messages a message belongs to. Messages of one conversation are delivered in the order in
 * which they were accepted; conversations do not wait for each other.
 */
export function conversationOf({ direction, user, party }: Pick<Message, "direction" | "user" | "party">): string {
    return `${direction} ${user} ${partyText(party, "full")}`;
}
