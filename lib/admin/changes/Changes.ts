import { z } from "zod";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import type { StoredText } from "../StoredText.ts";
import { type Change, type NewChange, subjectOf } from "./Change.ts";

export interface ChangesParts {
    /** Where changes are kept. */
    readonly file: StoredText;
    readonly clock: Clock;
    readonly log: Log;
    /** Called whenever other changes apply, also when one ends by itself. Synchronous. */
    readonly onChanged: (changes: readonly Change[]) => void;
}

const origin = z.object({ id: z.number().int(), madeAt: z.number(), by: z.string(), until: z.number().optional() });
const kind = z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("map"), phoneNumber: z.string(), user: z.string().nullable() }),
    z.object({ kind: z.enum(["allow", "deny"]), user: z.string(), pattern: z.string() }),
    z.object({ kind: z.literal("block"), party: z.string() }),
    z.object({ kind: z.literal("trunkOff"), trunk: z.string(), calls: z.enum(["outbound", "both"]).optional() }),
    z.object({ kind: z.literal("doNotDisturb"), user: z.string() }),
    z.object({ kind: z.literal("limit"), limit: z.string(), value: z.number() }),
]);
const storedChanges = z.array(z.intersection(origin, kind));

/** The changes that commands made. They apply in addition to the configuration file, and across restarts. */
export class Changes {
    readonly #parts: ChangesParts;
    #changes: readonly Change[] = [];
    #lastId = 0;
    #stopTimer = (): void => undefined;
    #writing: Promise<void> = Promise.resolve();

    constructor(parts: ChangesParts) {
        this.#parts = parts;
    }

    /** Loads what earlier runs stored. Rejects if the file cannot be read or is not one of this program. */
    async load(): Promise<void> {
        const text = await this.#parts.file.read();
        const stored = text === undefined ? [] : storedChanges.parse(JSON.parse(text));
        this.#lastId = Math.max(0, ...stored.map(({ id }) => id));
        this.#apply(stored as readonly Change[]);
    }

    get all(): readonly Change[] {
        return this.#changes;
    }

    /** Stores and applies a change instead of the one about the same thing. Rejects if it cannot be stored. */
    async add(change: NewChange): Promise<Change> {
        this.#lastId += 1;
        const added: Change = { ...change, id: this.#lastId, madeAt: this.#parts.clock.now() };
        const others = this.#changes.filter((other) => subjectOf(other) !== subjectOf(added));
        await this.#store([...others, added]);
        return added;
    }

    async undo(id: number): Promise<boolean> {
        const others = this.#changes.filter((change) => change.id !== id);
        if (others.length === this.#changes.length) return false;
        await this.#store(others);
        return true;
    }

    stop(): void {
        this.#stopTimer();
    }

    async #store(changes: readonly Change[]): Promise<void> {
        // applied first: a command that stops fraud must not wait for a full disk
        this.#apply(changes);
        const text = JSON.stringify(this.#changes, undefined, 2);
        this.#writing = this.#writing.catch(() => undefined).then(() => this.#parts.file.write(text));
        await this.#writing;
    }

    #apply(changes: readonly Change[]): void {
        const now = this.#parts.clock.now();
        this.#changes = changes.filter(({ until }) => until === undefined || until > now);
        this.#stopTimer();
        const ends = this.#changes.flatMap(({ until }) => until ?? []);
        if (ends.length > 0) {
            this.#stopTimer = this.#parts.clock.startTimer(Math.min(...ends) - now, () => {
                this.#store(this.#changes).catch((error: unknown) => {
                    this.#parts.log.warn("changes not stored", { error, hint: "check store.path" });
                });
            });
        }
        this.#parts.onChanged(this.#changes);
    }
}
