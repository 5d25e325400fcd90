import type { CallId } from "../../lib/call/vocabulary.ts";
import type { CallJournal, CallSnapshot, JournaledCall } from "../../lib/ports/CallJournal.ts";

/** A call journal in memory, whose records are text as in a file. Held to spec/contract/callJournal.contract.ts. */
export class MemoryJournal implements CallJournal {
    readonly #records: Map<CallId, string>;

    /** @param before continues where that one stopped, as after a restart */
    constructor(before?: MemoryJournal) {
        this.#records = before === undefined ? new Map<CallId, string>() : before.#records;
    }

    write({ callId, snapshot }: JournaledCall): void {
        this.#records.set(callId, JSON.stringify(snapshot()));
    }

    synchronised(): Promise<void> {
        return Promise.resolve();
    }

    remove(callId: CallId): void {
        this.#records.delete(callId);
    }

    adopt(): readonly CallSnapshot[] {
        return [...this.#records.values()].map((text) => JSON.parse(text) as CallSnapshot);
    }

    close(): Promise<void> {
        return Promise.resolve();
    }
}
