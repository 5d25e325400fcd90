import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";

/**
 * What the bridge asks of its homeserver. Every method has a timeout, tries again where that is safe and useful, and
 * rejects with a `HomeserverError`. `as` is one of our users, or one the registration lets us act for.
 */
export interface Homeserver {
    /** Creates the ghost; fine if there is one. */
    register(ghost: MatrixUserId): Promise<void>;
    setDisplayName(as: MatrixUserId, displayName: string): Promise<void>;
    /** Whether the homeserver knows the user. Asked of local users only: others' servers may hide theirs. */
    userExists(user: MatrixUserId): Promise<boolean>;
    createRoom(as: MatrixUserId, room: RoomRequest): Promise<MatrixRoomId>;
    join(as: MatrixUserId, room: MatrixRoomId): Promise<void>;
    leave(as: MatrixUserId, room: MatrixRoomId): Promise<void>;
    /** `none` if the user never was there. */
    membership(as: MatrixUserId, room: MatrixRoomId, user: MatrixUserId): Promise<Membership>;
    isEncrypted(as: MatrixUserId, room: MatrixRoomId): Promise<boolean>;
    /** The newest events of the room, oldest first, as the homeserver tells them. */
    recentEvents(as: MatrixUserId, room: MatrixRoomId, limit: number): Promise<readonly unknown[]>;
    /** Sends an event. Doing so again with the same transaction id sends it once. */
    send(
        as: MatrixUserId,
        room: MatrixRoomId,
        type: string,
        content: Readonly<Record<string, unknown>>,
        transactionId: string,
    ): Promise<void>;
}

export type Membership = "join" | "invite" | "leave" | "ban" | "knock" | "none";

/** A direct chat of two. */
export interface RoomRequest {
    readonly name: string;
    readonly invite: MatrixUserId;
    readonly initialState: readonly StateEvent[];
}

export interface StateEvent {
    readonly type: string;
    readonly stateKey: string;
    readonly content: Readonly<Record<string, unknown>>;
}
