import { join } from "node:path";
import { isFinished, referenceOf, type MessageState } from "../message/MessageState.ts";
import type { Direction, MessageId } from "../message/vocabulary.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Log } from "../ports/Log.ts";
import type { MessageRecord, MessageStore } from "../ports/MessageStore.ts";
import { JournalFile } from "./JournalFile.ts";
import { readJournalLine, type JournalLine } from "./messageRecord.ts";

export interface JournalMessagesOptions {
    /** How long the identifiers of a finished message are kept, to recognise repetitions and receipts, in ms. */
    readonly keepMs: number;
    /** Finished messages kept at most; the oldest are forgotten first. */
    readonly maxFinished: number;
}

/** The file is rewritten when it has this many lines that are replaced by later ones. */
const REWRITE_AFTER_LINES = 20_000;

/** The messages in a journal, `messages.journal`. Everything is held in memory; content only until a message is sent. */
export class JournalMessages implements MessageStore {
    readonly #file: JournalFile;
    readonly #options: JournalMessagesOptions;
    readonly #clock: Clock;
    readonly #log: Log;
    readonly #records = new Map<MessageId, MessageRecord>();
    /** Place of each message in the order of acceptance, across restarts. */
    readonly #orders = new Map<MessageId, number>();
    readonly #byReference = new Map<string, MessageId>();
    /** Finished messages, in the order in which they finished. */
    readonly #finished = new Set<MessageId>();
    #nextOrder = 0;

    private constructor(file: JournalFile, options: JournalMessagesOptions, clock: Clock, log: Log) {
        this.#file = file;
        this.#options = options;
        this.#clock = clock;
        this.#log = log;
    }

    /**
     * Opens the journal in `folder`, creating it if it does not exist. Lines that cannot be read are logged and left out.
     * @throws StoreError if the file cannot be read or written
     */
    static open(folder: string, options: JournalMessagesOptions, clock: Clock, log: Log): JournalMessages {
        const filename = join(folder, "messages.journal");
        const { file, values, unreadable } = JournalFile.open(filename);
        const messages = new JournalMessages(file, options, clock, log);
        const unknown = messages.#replay(values);
        if (unreadable + unknown > 0) {
            log.warn("messages lost: journal is corrupt", { filename, lines: unreadable + unknown });
        }
        return messages;
    }

    *records(): Iterable<MessageRecord> {
        yield* this.#records.values();
    }

    get(id: MessageId): MessageRecord | undefined {
        return this.#records.get(id);
    }

    withReference(direction: Direction, reference: string): MessageRecord | undefined {
        const id = this.#byReference.get(referenceKey(direction, reference));
        return id === undefined ? undefined : this.#records.get(id);
    }

    save({ message, state }: MessageRecord): Promise<void> {
        // the message itself does not change but for losing its content, which a state after sending implies
        const line = this.#records.has(message.id)
            ? { id: message.id, state }
            : { message, state, order: this.#nextOrder++ };
        this.#file.append(line satisfies JournalLine);
        if ("order" in line) this.#orders.set(message.id, line.order);
        this.#keep({ message, state });
        this.#forgetOld();
        this.#compactIfNeeded();
        return this.#file.synchronised();
    }

    async close(): Promise<void> {
        await this.#file.close();
    }

    /** Returns the number of lines in no known form. */
    #replay(values: readonly unknown[]): number {
        let unknown = 0;
        for (const value of values) {
            const line = readJournalLine(value);
            if (line === undefined) unknown += 1;
            else this.#replayLine(line);
        }
        // a rewrite can put a new message before an older one
        const inOrder = [...this.#orders].sort(([, a], [, b]) => a - b).map(([id]) => this.#records.get(id));
        this.#records.clear();
        for (const record of inOrder) if (record !== undefined) this.#records.set(record.message.id, record);
        this.#forgetOld();
        return unknown;
    }

    #replayLine(line: JournalLine): void {
        if ("message" in line) {
            this.#nextOrder = Math.max(this.#nextOrder, line.order + 1);
            const message = line.message as MessageRecord["message"];
            this.#orders.set(message.id, line.order);
            this.#keep({ message, state: line.state });
        } else {
            const known = this.#records.get(line.id as MessageId);
            if (known !== undefined) this.#keep({ ...known, state: line.state });
        }
    }

    #keep(record: MessageRecord): void {
        const { message, state } = record;
        const kept = needsContent(state) ? record : { state, message: { ...message, content: DROPPED } };
        this.#records.set(message.id, kept);
        const reference = referenceOf(state);
        if (reference !== undefined) this.#byReference.set(referenceKey(message.direction, reference), message.id);
        // a receipt that arrives late has to be passed on first
        if (isFinished(state)) this.#finished.add(message.id);
        else this.#finished.delete(message.id);
    }

    /** Finished messages leave in the order in which they finished, which is nearly that of their age. */
    #forgetOld(): void {
        const { keepMs, maxFinished } = this.#options;
        const oldest = this.#clock.now() - keepMs;
        for (const id of this.#finished) {
            const record = this.#records.get(id);
            const isOld = record === undefined || record.message.acceptedAt < oldest;
            if (!isOld && this.#finished.size <= maxFinished) return;
            this.#finished.delete(id);
            this.#records.delete(id);
            this.#orders.delete(id);
            const reference = record === undefined ? undefined : referenceOf(record.state);
            if (record !== undefined && reference !== undefined) {
                this.#byReference.delete(referenceKey(record.message.direction, reference));
            }
        }
    }

    #compactIfNeeded(): void {
        if (this.#file.lines < 2 * this.#records.size + REWRITE_AFTER_LINES) return;
        this.#file.compact(
            () => this.#lines(),
            (error) => this.#log.error("journal of messages not compacted", { error }),
        );
    }

    *#lines(): Iterable<JournalLine> {
        for (const { message, state } of this.#records.values()) {
            yield { message, state, order: this.#orders.get(message.id) ?? 0 };
        }
    }
}

const DROPPED = { kind: "dropped" } as const;

function needsContent({ phase }: MessageState): boolean {
    return phase === "queued" || phase === "sending";
}

function referenceKey(direction: Direction, reference: string): string {
    return `${direction} ${reference}`;
}
