import type { MatrixRoomId, MatrixUserId } from "../numbering/MatrixUserId.ts";

/** What the bridge remembers across restarts about rooms and ghosts. Used by the Matrix adapter; implemented in store/. */
export interface Directory {
    /** The room of this (Matrix user, ghost) pair, if one was made. */
    roomBetween(user: MatrixUserId, ghost: MatrixUserId): Promise<MatrixRoomId | undefined>;
    /** The pair a room was made for, or undefined for a room the bridge does not know. */
    pairOf(room: MatrixRoomId): Promise<Pair | undefined>;
    /** Replaces what was known of the pair. */
    rememberRoom(pair: Pair, room: MatrixRoomId): Promise<void>;
    /** The room is no longer of use: left, tombstoned or gone. */
    forgetRoom(room: MatrixRoomId): Promise<void>;
    ghost(userId: MatrixUserId): Promise<GhostRecord | undefined>;
    rememberGhost(ghost: GhostRecord): Promise<void>;
    /** Writes what is pending and closes. */
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
