import { referenceOf } from "../../../lib/message/MessageState.ts";
import type { Direction, MessageId } from "../../../lib/message/vocabulary.ts";
import type { MessageRecord, MessageStore } from "../../../lib/ports/MessageStore.ts";

/** A message store in memory. Held to spec/contract/messageStore.contract.ts, as is the journal. */
export class MemoryMessages implements MessageStore {
    readonly #records: Map<MessageId, MessageRecord>;
    readonly #onSave: (records: readonly MessageRecord[]) => void;

    /** @param onSave called after each save with all records, as they would be read after a crash at this moment */
    constructor(
        records: readonly MessageRecord[] = [],
        onSave: (records: readonly MessageRecord[]) => void = () => undefined,
    ) {
        this.#records = new Map(records.map((record) => [record.message.id, record]));
        this.#onSave = onSave;
    }

    *records(): Iterable<MessageRecord> {
        yield* this.#records.values();
    }

    get(id: MessageId): MessageRecord | undefined {
        return this.#records.get(id);
    }

    withReference(direction: Direction, reference: string): MessageRecord | undefined {
        return [...this.#records.values()].find(
            ({ message, state }) => message.direction === direction && referenceOf(state) === reference,
        );
    }

    save(record: MessageRecord): Promise<void> {
        const isOpen = record.state.phase === "queued" || record.state.phase === "sending";
        const message = isOpen ? record.message : { ...record.message, content: { kind: "dropped" as const } };
        this.#records.set(message.id, { message, state: record.state });
        this.#onSave([...this.#records.values()]);
        return Promise.resolve();
    }

    close(): Promise<void> {
        return Promise.resolve();
    }
}
