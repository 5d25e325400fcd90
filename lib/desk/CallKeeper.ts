import type { CallJournal, JournaledCall } from "../ports/CallJournal.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Log } from "../ports/Log.ts";
import { settlesWithin } from "../ports/settlesWithin.ts";

export interface CallKeeperParts extends JournaledCall {
    /** Without it nothing is kept. */
    readonly journal: CallJournal | undefined;
    readonly clock: Clock;
    readonly log: Log;
}

/** A disk that does not keep up must not stop calls, in ms. */
const LONGEST_WAIT_MS = 1_000;

/** Keeps the journal record of one call up to date. Changes within one turn are written together. */
export class CallKeeper {
    readonly #parts: CallKeeperParts;
    #state: "written" | "changed" | "over" = "written";

    constructor(parts: CallKeeperParts) {
        this.#parts = parts;
    }

    /** The record has changed. It is written at the end of this turn. */
    changed(): void {
        if (this.#state !== "written" || this.#parts.journal === undefined) return;
        this.#state = "changed";
        setImmediate(() => this.#write());
    }

    /**
     * Resolves when the record is on the disk, for what must not happen before: a final answer to the caller, and an end.
     * Never rejects, and waits a limited time.
     */
    async durable(): Promise<void> {
        const { journal, clock } = this.#parts;
        if (journal === undefined) return;
        this.#write();
        const synchronised = journal.synchronised().catch((error: unknown) => this.#warn(error));
        await settlesWithin(synchronised, LONGEST_WAIT_MS, clock);
    }

    /** The call is over for both parties: its record goes. */
    over(): void {
        this.#state = "over";
        this.#parts.journal?.remove(this.#parts.callId);
    }

    /** The next run of the bridge goes on with the call: its record stays as it is now. */
    handOver(): void {
        const { callId, snapshot } = this.#parts;
        const record = snapshot();
        this.changed();
        this.#write({ callId, snapshot: () => record });
        this.#state = "over";
    }

    #write(call: JournaledCall = this.#parts): void {
        const { journal } = this.#parts;
        if (this.#state !== "changed" || journal === undefined) return;
        this.#state = "written";
        try {
            journal.write(call);
        } catch (error) {
            this.#warn(error);
        }
    }

    #warn(error: unknown): void {
        this.#parts.log.warn("call not in the journal: it will not survive a restart", { error });
    }
}
