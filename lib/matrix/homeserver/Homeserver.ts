import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";

/**
 * The requests that the bridge sends to its homeserver. Every method has a timeout, retries if that is safe and useful, and
 * rejects with a `HomeserverError`. `as` is the bot, a ghost, or a user for whom the registration lets the bridge act.
 */
export interface Homeserver {
    /** Creates the ghost. Does nothing if it exists. */
    register(ghost: MatrixUserId): Promise<void>;
    setDisplayName(as: MatrixUserId, displayName: string): Promise<void>;
    /**
     * Whether a user exists. For a user of another homeserver our homeserver asks that one. True as well if the homeserver
     * hides profiles.
     */
    userExists(user: MatrixUserId): Promise<boolean>;
    /** Creates a room with only `as` in it. Not repeated if the response is lost, because that would create a second room. */
    createRoom(as: MatrixUserId, room: RoomRequest): Promise<MatrixRoomId>;
    /** Invites the other user of a direct room. For a user of another homeserver, that one must respond first. */
    invite(as: MatrixUserId, room: MatrixRoomId, user: MatrixUserId): Promise<void>;
    join(as: MatrixUserId, room: MatrixRoomId): Promise<void>;
    leave(as: MatrixUserId, room: MatrixRoomId): Promise<void>;
    /** `none` if the user never was in the room. */
    membership(as: MatrixUserId, room: MatrixRoomId, user: MatrixUserId): Promise<Membership>;
    /** The display name of a member of the room, or undefined if the member has none. */
    memberName(as: MatrixUserId, room: MatrixRoomId, user: MatrixUserId): Promise<string | undefined>;
    isEncrypted(as: MatrixUserId, room: MatrixRoomId): Promise<boolean>;
    /** The newest events of the room, oldest first, not parsed. */
    recentEvents(as: MatrixUserId, room: MatrixRoomId, limit: number): Promise<readonly unknown[]>;
    /** Sends an event. Sending it again with the same transaction ID has no effect. */
    send(
        as: MatrixUserId,
        room: MatrixRoomId,
        type: string,
        content: Readonly<Record<string, unknown>>,
        transactionId: string,
    ): Promise<void>;
}

export type Membership = "join" | "invite" | "leave" | "ban" | "knock" | "none";

/** A direct room. It has no name: clients show the name of the other user, which can change. */
export interface RoomRequest {
    readonly initialState: readonly StateEvent[];
}

export interface StateEvent {
    readonly type: string;
    readonly stateKey: string;
    readonly content: Readonly<Record<string, unknown>>;
}
