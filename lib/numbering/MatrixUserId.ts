declare const brand: unique symbol;

/** `@localpart:server`, checked against the grammar of the Matrix specification (Appendices, "User identifiers"). */
export type MatrixUserId = string & { readonly [brand]: "MatrixUserId" };

/** `!opaque:server`, or `!opaque` as of room version 12. */
export type MatrixRoomId = string & { readonly [brand]: "MatrixRoomId" };

/** Matrix identifiers are bounded in bytes, sigil and server included. */
const MAX_BYTES = 255;

/** Any printable character but `:`; the specification wants today's narrower set of new users only. */
const USER_ID = /^@([^:\s\p{C}]+):(.+)$/u;
const ROOM_ID = /^!([^:\s\p{C}]+)(?::(.+))?$/u;
/** A DNS name, an IPv4 address or a bracketed IPv6 address, with an optional port (Appendices, "Server name"). */
const SERVER_NAME = /^(?:[0-9A-Za-z.-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;

/** The user id a text is, or undefined. Nothing is trimmed or completed. */
export function parseMatrixUserId(text: string): MatrixUserId | undefined {
    const server = USER_ID.exec(text)?.[2];
    return server !== undefined && isServerName(server) && fits(text) ? (text as MatrixUserId) : undefined;
}

/** The room id a text is, or undefined. */
export function parseMatrixRoomId(text: string): MatrixRoomId | undefined {
    const match = ROOM_ID.exec(text);
    if (match === null || !fits(text)) return undefined;
    return match[2] === undefined || isServerName(match[2]) ? (text as MatrixRoomId) : undefined;
}

/** Whether a text may stand behind the `:` of an identifier: `matrix.example`, `localhost:8448`, `[::1]:8448`. */
export function isServerName(text: string): boolean {
    return SERVER_NAME.test(text);
}

/** The user of a valid localpart on a server. It may be longer than a user ID can be. */
export function userIdOf(localpart: string, server: string): MatrixUserId {
    return `@${localpart}:${server}` as MatrixUserId;
}

/** What stands between `@` and the first `:`. */
export function localpartOf(user: MatrixUserId): string {
    return user.slice(1, user.indexOf(":"));
}

/** The name of the user's homeserver, with its port if it has one. */
export function serverOf(user: MatrixUserId): string {
    return user.slice(user.indexOf(":") + 1);
}

function fits(text: string): boolean {
    return Buffer.byteLength(text) <= MAX_BYTES;
}
