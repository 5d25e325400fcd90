/**
 * Keeps the homeserver's events from the moment they are delivered until they are handled, so that a crash neither loses one
 * nor handles one twice. Used by the Matrix adapter; implemented in lib/store. A database can implement it for several
 * instances.
 */
export interface EventInbox {
    /** What an earlier run left. Called once at startup. */
    load(): InboxContents;
    /**
     * Stores events. They survive a crash of the process from the return on, and of the machine once the promise resolves.
     * @throws the system's error if they cannot be written. Rejects if the disk fails later.
     */
    store(events: readonly InboxEvent[]): Promise<void>;
    /** The event is handled: a later run only needs to know its ID. Never throws. */
    finish(eventId: string): void;
    /** Waits for pending writes and closes. */
    close(): Promise<void>;
}

/** An event as it was delivered. */
export interface InboxEvent {
    readonly eventId: string;
    readonly event: unknown;
}

export interface InboxContents {
    /** Events that were stored and not finished, oldest first. */
    readonly unfinished: readonly unknown[];
    /** IDs of the newest finished events. */
    readonly finishedIds: readonly string[];
}
