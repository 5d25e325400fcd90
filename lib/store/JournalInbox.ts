import { join } from "node:path";
import { z } from "zod";
import type { EventInbox, InboxContents, InboxEvent } from "../ports/EventInbox.ts";
import type { Log } from "../ports/Log.ts";
import { JournalFile } from "./JournalFile.ts";

/** IDs of finished events that are kept: more than a homeserver delivers again after a crash. */
const MAX_FINISHED = 10_000;
/** The file is rewritten after this many lines. */
const REWRITE_AFTER_LINES = 40_000;

const stored = z.object({ id: z.string(), event: z.unknown() });
const finished = z.object({ done: z.string() });
type Line = z.infer<typeof stored> | z.infer<typeof finished>;

/** The inbox in a journal, `events.journal`. Unfinished events and the IDs of finished ones are in memory. */
export class JournalInbox implements EventInbox {
    readonly #file: JournalFile;
    readonly #log: Log;
    readonly #unfinished = new Map<string, unknown>();
    /** In the order in which they finished. */
    readonly #finished = new Set<string>();

    private constructor(file: JournalFile, log: Log) {
        this.#file = file;
        this.#log = log;
    }

    /**
     * Opens the journal in `folder` and creates it if it does not exist. Unreadable lines are logged and skipped.
     * @throws StoreError if the file cannot be read or written
     */
    static open(folder: string, log: Log): JournalInbox {
        const filename = join(folder, "events.journal");
        const { file, values, unreadable } = JournalFile.open(filename);
        const inbox = new JournalInbox(file, log);
        const unknown = values.filter((value) => !inbox.#replay(value)).length;
        if (unreadable + unknown > 0) {
            const hint = "events of the last calls may be lost; check the disk";
            log.warn("event journal corrupt: lines skipped", { filename, lines: unreadable + unknown, hint });
        }
        return inbox;
    }

    load(): InboxContents {
        return { unfinished: [...this.#unfinished.values()], finishedIds: [...this.#finished] };
    }

    store(events: readonly InboxEvent[]): Promise<void> {
        for (const { eventId, event } of events) {
            this.#file.append({ id: eventId, event } satisfies Line);
            this.#unfinished.set(eventId, event);
        }
        return this.#file.synchronised();
    }

    finish(eventId: string): void {
        if (!this.#unfinished.delete(eventId)) return;
        this.#noteFinished(eventId);
        try {
            // a crash of the machine may undo it: then the event is handled again
            this.#file.append({ done: eventId } satisfies Line);
        } catch (error) {
            this.#warn(error);
        }
        if (this.#file.lines > REWRITE_AFTER_LINES) this.#compact();
    }

    async close(): Promise<void> {
        await this.#file.close();
    }

    /** Returns false for a value that is not a line of this journal. */
    #replay(value: unknown): boolean {
        const event = stored.safeParse(value).data;
        if (event !== undefined) {
            this.#unfinished.set(event.id, event.event);
            return true;
        }
        const end = finished.safeParse(value).data;
        if (end === undefined) return false;
        this.#unfinished.delete(end.done);
        this.#noteFinished(end.done);
        return true;
    }

    #noteFinished(eventId: string): void {
        this.#finished.add(eventId);
        if (this.#finished.size <= MAX_FINISHED) return;
        const [oldest] = this.#finished;
        if (oldest !== undefined) this.#finished.delete(oldest);
    }

    #compact(): void {
        this.#file.compact(
            () => this.#lines(),
            (error) => this.#warn(error),
        );
    }

    *#lines(): Iterable<Line> {
        for (const done of this.#finished) yield { done };
        for (const [id, event] of this.#unfinished) yield { id, event };
    }

    #warn(error: unknown): void {
        const hint = "check free space and permissions of store.path";
        this.#log.warn("event journal not written", { error, hint });
    }
}
