import type { MatrixRoomId, MatrixUserId } from "../numbering/MatrixUserId.ts";

/** Stores rooms and ghosts across restarts. Used by the Matrix adapter; implemented in lib/store. */
export interface Directory {
    /** The direct room of a Matrix user and a ghost, if there is one. */
    roomBetween(user: MatrixUserId, ghost: MatrixUserId): Promise<MatrixRoomId | undefined>;
    /** The pair of a direct room, or undefined for every other room. */
    pairOf(room: MatrixRoomId): Promise<Pair | undefined>;
    /** Makes `room` the direct room of the pair. */
    rememberRoom(pair: Pair, room: MatrixRoomId): Promise<void>;
    /** Removes a room that is left, tombstoned or gone. */
    forgetRoom(room: MatrixRoomId): Promise<void>;
    ghost(userId: MatrixUserId): Promise<GhostRecord | undefined>;
    rememberGhost(ghost: GhostRecord): Promise<void>;
    /** Rejects with a StoreError if nothing can be written now, for example because the disk is full. */
    verifyWritable(): Promise<void>;
    /** Writes pending data and closes the store. */
    close(): Promise<void>;
}

export interface Pair {
    readonly user: MatrixUserId;
    readonly ghost: MatrixUserId;
}

export interface GhostRecord {
    readonly userId: MatrixUserId;
    /** The display name last set, so that it is set again only when it changes. */
    readonly displayName: string;
}
