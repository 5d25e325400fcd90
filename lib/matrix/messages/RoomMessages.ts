import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";

/** What messages need of a homeserver in addition to `Homeserver`. Every method has a timeout and rejects with a `HomeserverError`. */
export interface RoomMessages {
    /** Sends an event once and returns its ID. With the same transaction ID it is sent once, however often this is called. */
    send(
        as: MatrixUserId,
        room: MatrixRoomId,
        type: string,
        content: Readonly<Record<string, unknown>>,
        transactionId: string,
    ): Promise<string>;
    /** The event, unchecked; undefined if there is none that the user can see. */
    event(as: MatrixUserId, room: MatrixRoomId, eventId: string): Promise<unknown>;
    markRead(as: MatrixUserId, room: MatrixRoomId, eventId: string): Promise<void>;
    /** @param holdsMs how long `active` is shown without being repeated */
    setTyping(as: MatrixUserId, room: MatrixRoomId, state: "active" | "idle", holdsMs: number): Promise<void>;
}
