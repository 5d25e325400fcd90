import { join } from "node:path";
import { z } from "zod";
import { PHASES } from "../call/CallState.ts";
import type { CallId } from "../call/vocabulary.ts";
import type { CallJournal, CallSnapshot, JournaledCall } from "../ports/CallJournal.ts";
import type { Log } from "../ports/Log.ts";
import { JournalFile } from "./JournalFile.ts";

/** The form of the records. Records of another form are not resumed: their calls end at the next start. */
const VERSION = 1;
/** The file is rewritten when it has this many lines more than four times the calls: it holds addresses and media keys. */
const SPARE_LINES = 2_000;
/** The same without any call. */
const SPARE_LINES_WHEN_IDLE = 100;

/** The adapters check the parts that are theirs. */
const snapshot = z.looseObject({
    callId: z.string(),
    state: z.looseObject({ phase: z.enum(PHASES), openedAt: z.number() }),
    parties: z.looseObject({ direction: z.enum(["inbound", "outbound"]) }),
    notes: z.array(z.looseObject({ kind: z.string() })),
    legs: z.array(z.object({ leg: z.string(), record: z.looseObject({ network: z.enum(["sip", "matrix", "link"]) }) })),
    media: z.array(z.looseObject({ leg: z.string(), record: z.looseObject({}) })),
});
const written = z.object({ v: z.literal(VERSION), call: snapshot });
const removed = z.object({ over: z.string() });

/** The call journal in a file, `calls.journal`, that only its owner can read. */
export class JournalCalls implements CallJournal {
    readonly #file: JournalFile;
    readonly #log: Log;
    readonly #calls = new Map<CallId, JournaledCall>();

    private constructor(file: JournalFile, log: Log) {
        this.#file = file;
        this.#log = log;
    }

    /**
     * Opens the journal in `folder` and creates it if it does not exist. Unreadable lines are logged and skipped.
     * @throws StoreError if the file cannot be read or written
     */
    static open(folder: string, log: Log): JournalCalls {
        const filename = join(folder, "calls.journal");
        const { file, values, unreadable } = JournalFile.open(filename);
        const journal = new JournalCalls(file, log);
        const unknown = values.filter((value) => !journal.#replay(value)).length;
        if (unreadable + unknown > 0) {
            const hint = "calls of the previous run may end; check the disk if the version did not change";
            log.warn("call journal: lines skipped", { filename, lines: unreadable + unknown, hint });
        }
        return journal;
    }

    adopt(): readonly CallSnapshot[] {
        return [...this.#calls.values()].map(({ snapshot }) => snapshot());
    }

    write(call: JournaledCall): void {
        this.#calls.set(call.callId, call);
        this.#file.append({ v: VERSION, call: call.snapshot() });
    }

    synchronised(): Promise<void> {
        return this.#file.synchronised();
    }

    remove(callId: CallId): void {
        if (!this.#calls.delete(callId)) return;
        try {
            // a crash of the machine may undo it: then the next run finds neither dialog nor media of the call, and ends it
            this.#file.append({ over: callId });
        } catch (error) {
            this.#warn(error);
        }
        const spare = this.#calls.size === 0 ? SPARE_LINES_WHEN_IDLE : SPARE_LINES;
        if (this.#file.lines > 4 * this.#calls.size + spare) this.#compact();
    }

    async close(): Promise<void> {
        await this.#file.close();
    }

    /** Returns false for a value that is not a line of this journal. */
    #replay(value: unknown): boolean {
        const line = written.safeParse(value).data;
        if (line !== undefined) {
            const call = line.call as unknown as CallSnapshot;
            this.#calls.set(call.callId, { callId: call.callId, snapshot: () => call });
            return true;
        }
        const end = removed.safeParse(value).data;
        if (end !== undefined) this.#calls.delete(end.over as CallId);
        return end !== undefined;
    }

    #compact(): void {
        this.#file.compact(
            () => this.#lines(),
            (error) => this.#warn(error),
        );
    }

    *#lines(): Iterable<unknown> {
        for (const { snapshot } of this.#calls.values()) yield { v: VERSION, call: snapshot() };
    }

    #warn(error: unknown): void {
        this.#log.warn("call journal not written", { error, hint: "check free space and permissions of store.path" });
    }
}
