import { partyText } from "../numbering/partyText.ts";
import type { CallRecord } from "./CallRecord.ts";
import { Queue } from "./Queue.ts";

/** A call with its place in the order in which calls ended. */
interface Entry {
    readonly order: number;
    readonly call: CallRecord;
}

/** Ended calls in their order, all and by the names of their parties and trunk: a search reads only the calls that it finds. */
export class CallIndex {
    readonly #all = new Queue<Entry>();
    readonly #byName = new Map<string, Queue<Entry>>();
    #order = 0;

    add(call: CallRecord): void {
        const entry = { order: (this.#order += 1), call };
        this.#all.push(entry);
        for (const name of namesOf(call)) {
            const entries = this.#byName.get(name) ?? new Queue<Entry>();
            this.#byName.set(name, entries);
            entries.push(entry);
        }
    }

    get oldest(): CallRecord | undefined {
        return this.#all.first?.call;
    }

    get size(): number {
        return this.#all.size;
    }

    removeOldest(): void {
        const oldest = this.#all.removeFirst();
        if (oldest === undefined) return;
        for (const name of namesOf(oldest.call)) {
            const entries = this.#byName.get(name);
            entries?.removeFirst();
            if (entries?.size === 0) this.#byName.delete(name);
        }
    }

    /** The newest calls of a party or trunk, the newest first: of that name, or else of those that have it as a part. */
    newest(party: string | undefined, limit: number): readonly CallRecord[] {
        const lists = (party === undefined ? [this.#all] : this.#listsOf(party)).map((entries) => entries.last(limit));
        const entries = new Set(lists.flat());
        return [...entries]
            .sort((one, other) => other.order - one.order)
            .slice(0, limit)
            .map(({ call }) => call);
    }

    #listsOf(party: string): readonly Queue<Entry>[] {
        const exact = this.#byName.get(party);
        if (exact !== undefined) return [exact];
        return [...this.#byName].flatMap(([name, entries]) => (name.includes(party) ? [entries] : []));
    }
}

function namesOf({ caller, callee, via }: CallRecord): ReadonlySet<string> {
    return new Set([partyText(caller, "full"), partyText(callee, "full"), via.name]);
}
