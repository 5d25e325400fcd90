import type { MessageFile } from "../message/MessageContent.ts";

/** A link to a file for recipients without Matrix. */
export interface FileLink {
    readonly url: string;
    /** ISO 8601. */
    readonly expiresAt: string;
}

/** Makes links to files of messages. Implemented by the Matrix adapter, on an HTTP listener of the bridge. */
export interface FileLinks {
    /** The same file of the same message has the same link, also after a restart. Synchronous, without I/O. */
    linkTo(messageId: string, file: MessageFile, acceptedAt: number): FileLink;
}
