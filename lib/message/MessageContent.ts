/** What a message says. Text is plain text in every script, line ends are `\n`. */
export type MessageContent =
    | { readonly kind: "text"; readonly text: string }
    /** News that no person has written, such as that voice messages wait; clients show it without alerting. */
    | { readonly kind: "notice"; readonly text: string }
    | MessageFile
    /** A place on the earth, as a geo: URI (RFC 5870). */
    | { readonly kind: "location"; readonly uri: string; readonly text: string }
    /** The message has been sent or has failed: the bridge keeps its identifiers and drops its content. */
    | { readonly kind: "dropped" };

/** An image or other file. */
export interface MessageFile {
    readonly kind: "file";
    /** Where the bridge gets it: `mxc:` for one in Matrix, `https:` for one on a carrier's or RCS server, `data:` for one in the message. */
    readonly uri: string;
    readonly name: string;
    /** Media type, such as `image/jpeg`. */
    readonly mediaType: string;
    /** As its sender says. */
    readonly bytes?: number;
    /** The text sent with it; empty if there is none. */
    readonly text: string;
}
