import { partyText } from "../numbering/partyText.ts";
import type { CallRecord } from "./CallRecord.ts";

/** A call with its place in the order in which calls ended. */
interface Entry {
    readonly order: number;
    readonly call: CallRecord;
}

/** Ended calls in their order, all and by the names of their parties and trunk: a search reads only the calls that it finds. */
export class CallIndex {
    readonly #all: Entry[] = [];
    readonly #byName = new Map<string, Entry[]>();
    #order = 0;

    add(call: CallRecord): void {
        const entry = { order: (this.#order += 1), call };
        this.#all.push(entry);
        for (const name of namesOf(call)) {
            const entries = this.#byName.get(name);
            if (entries === undefined) this.#byName.set(name, [entry]);
            else entries.push(entry);
        }
    }

    get oldest(): CallRecord | undefined {
        return this.#all[0]?.call;
    }

    get size(): number {
        return this.#all.length;
    }

    removeOldest(): void {
        const oldest = this.#all.shift();
        if (oldest === undefined) return;
        for (const name of namesOf(oldest.call)) {
            const entries = this.#byName.get(name);
            entries?.shift();
            if (entries?.length === 0) this.#byName.delete(name);
        }
    }

    /** The newest calls of a party or trunk, the newest first: of that name, or else of those that have it as a part. */
    newest(party: string | undefined, limit: number): readonly CallRecord[] {
        const lists = (party === undefined ? [this.#all] : this.#listsOf(party)).map((entries) =>
            entries.slice(-limit),
        );
        const entries = new Set(lists.flat());
        return [...entries]
            .sort((one, other) => other.order - one.order)
            .slice(0, limit)
            .map(({ call }) => call);
    }

    #listsOf(party: string): readonly (readonly Entry[])[] {
        const exact = this.#byName.get(party);
        if (exact !== undefined) return [exact];
        return [...this.#byName].flatMap(([name, entries]) => (name.includes(party) ? [entries] : []));
    }
}

function namesOf({ caller, callee, via }: CallRecord): ReadonlySet<string> {
    return new Set([partyText(caller, "full"), partyText(callee, "full"), via.name]);
}
