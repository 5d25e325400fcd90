import type { Message } from "../../../lib/message/Message.ts";
import type { Direction, MessageId } from "../../../lib/message/vocabulary.ts";
import type { MatrixRoomId, MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";

export const alice = "@alice:matrix.example" as MatrixUserId;
export const bob = "@bob:matrix.example" as MatrixUserId;
const desk = "+442071838750" as PhoneNumber;

/** A text message; `id` is its text as well. */
export function aMessage(id: string, direction: Direction = "outbound", changes: Partial<Message> = {}): Message {
    return {
        id: id as MessageId,
        direction,
        user: alice,
        party: { kind: "number", number: desk },
        content: { kind: "text", text: id },
        acceptedAt: 1_000_000,
        receipts: [],
        origin:
            direction === "outbound"
                ? { network: "matrix", room: "!room:matrix.example" as MatrixRoomId, eventId: `$${id}` }
                : { network: "sip", from: { kind: "trunk", name: "trunk" }, sipCallId: `${id}@trunk.example` },
        ...changes,
    };
}
