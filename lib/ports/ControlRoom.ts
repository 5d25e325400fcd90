import type { MatrixRoomId, MatrixUserId } from "../numbering/MatrixUserId.ts";

/** A text for a Matrix room: `plain` is the fallback of `html`. */
export interface RoomText {
    readonly plain: string;
    readonly html: string;
    /** Sent as a file after the text. */
    readonly file?: { readonly name: string; readonly text: string };
    /** A PNG picture, shown after the text. Width and height in pixels. */
    readonly picture?: {
        readonly name: string;
        readonly bytes: Uint8Array;
        readonly width: number;
        readonly height: number;
    };
}

/** A message that somebody sent to the bot, without the prefix. */
export interface ControlMessage {
    readonly room: MatrixRoomId;
    readonly sender: MatrixUserId;
    readonly text: string;
    /** Sends a notice to the room. Never rejects. */
    readonly reply: (text: RoomText) => Promise<void>;
}

/** Receives what is said to the bot. The Matrix adapter calls it; implemented in lib/admin. Synchronous, must not throw. */
export interface ControlRoomListener {
    /** Whether the bot follows an invitation from this user. */
    mayInvite(user: MatrixUserId): boolean;
    /** The bot has joined a room that this user invited it to. */
    joined(room: MatrixRoomId, inviter: MatrixUserId): void;
    /** The bot has joined the room by which this user replaced another one. */
    replaced(room: MatrixRoomId, by: MatrixUserId, replacement: MatrixRoomId): void;
    /** The bot was removed from a room. */
    removed(room: MatrixRoomId, by: MatrixUserId): void;
    message(message: ControlMessage): void;
}

/** Makes the bot a member of a room. Has no effect if it is one. Rejects if it may not join. Implemented by the Matrix adapter. */
export type JoinRoom = (room: MatrixRoomId) => Promise<void>;

/** Sends a notice to a room as the bot. Rejects if it cannot be sent. Implemented by the Matrix adapter. */
export type SendRoomText = (room: MatrixRoomId, text: RoomText) => Promise<void>;
