import type { MatrixUserId } from "../numbering/MatrixUserId.ts";

/** The number of voice messages that wait in a mailbox (RFC 3842), as far as its system says. */
export interface MailboxState {
    readonly waiting: "yes" | "no";
    readonly voice?: { readonly new: number; readonly old: number };
}

/** What the bridge knows of the mailboxes of its users. */
export interface Mailboxes {
    /** The last state that was reported for a user; undefined if none was. */
    stateOf(user: MatrixUserId): MailboxState | undefined;
}
