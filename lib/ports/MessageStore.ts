import type { Message } from "../message/Message.ts";
import type { MessageState } from "../message/MessageState.ts";
import type { Direction, MessageId } from "../message/vocabulary.ts";

/** What is kept of a message. */
export interface MessageRecord {
    readonly message: Message;
    readonly state: MessageState;
}

/** A Matrix event that has been received and not yet been decided on. Its content stays with the homeserver. */
export interface Arrival {
    readonly eventId: string;
    readonly room: string;
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
    /** Notes that an event has been received. Synchronous as `save`: the homeserver does not send the event again. */
    noteArrival(arrival: Arrival): void;
    /** The event has been decided on: it has become a message, or it is none. */
    forgetArrival(eventId: string): void;
    /** Events that were received and not decided on, oldest first. */
    arrivals(): readonly Arrival[];
    /** Writes what is pending and closes. */
    close(): Promise<void>;
}
