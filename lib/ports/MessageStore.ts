import type { Message } from "../message/Message.ts";
import type { MessageState } from "../message/MessageState.ts";
import type { Direction, MessageId } from "../message/vocabulary.ts";

/** What is kept of a message. */
export interface MessageRecord {
    readonly message: Message;
    readonly state: MessageState;
}

/**
 * What is remembered of messages across restarts, in bounded memory and disk space. Everything is read when it is
 * opened, so that look-ups are synchronous. Used by the message delivery; implemented in store/.
 */
export interface MessageStore {
    /** All records, in the order in which the messages were accepted. */
    records(): Iterable<MessageRecord>;
    get(id: MessageId): MessageRecord | undefined;
    /** The message that the recipient's network knows by this identifier. */
    withReference(direction: Direction, reference: string): MessageRecord | undefined;
    /**
     * Adds or replaces a record. When it returns, the record has been handed to the operating system; the promise resolves
     * once it is on the disk, and rejects if it cannot be written.
     */
    save(record: MessageRecord): Promise<void>;
    /** Writes what is pending and closes. */
    close(): Promise<void>;
}
