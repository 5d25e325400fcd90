import type { EventInbox, InboxContents, InboxEvent } from "../../../lib/ports/EventInbox.ts";

/** An inbox in memory. Held to spec/contract/eventInbox.contract.ts. */
export class MemoryInbox implements EventInbox {
    readonly #unfinished: Map<string, unknown>;
    readonly #finished: Set<string>;
    #isFull = false;

    /** @param before continues where that one stopped, as after a restart */
    constructor(before?: MemoryInbox) {
        this.#unfinished = before === undefined ? new Map<string, unknown>() : before.#unfinished;
        this.#finished = before === undefined ? new Set<string>() : before.#finished;
    }

    /** From now on nothing can be stored. */
    fill(): void {
        this.#isFull = true;
    }

    load(): InboxContents {
        return { unfinished: [...this.#unfinished.values()], finishedIds: [...this.#finished] };
    }

    store(events: readonly InboxEvent[]): Promise<void> {
        if (this.#isFull) throw new Error("ENOSPC");
        for (const { eventId, event } of events) this.#unfinished.set(eventId, event);
        return Promise.resolve();
    }

    finish(eventId: string): void {
        if (this.#unfinished.delete(eventId)) this.#finished.add(eventId);
    }

    close(): Promise<void> {
        return Promise.resolve();
    }
}
