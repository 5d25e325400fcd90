import { headerName } from "./headerNames.ts";
import { splitOutsideQuotes } from "./splitList.ts";

/** One header field as it stands in a message: `name` in its canonical spelling, `value` unfolded and trimmed. */
export interface HeaderField {
    readonly name: string;
    readonly value: string;
}

interface Entry extends HeaderField {
    readonly key: string;
}

/**
 * The header fields of a message in their order. Names compare without case and with compact forms expanded (`v` is
 * `Via`). Values are what stood on the wire; typed views ({@link parseVia} and its like) are made when asked for.
 */
export class Headers implements Iterable<HeaderField> {
    #entries: Entry[] = [];

    /** Copies: later changes of `fields` do not show. */
    constructor(fields: Iterable<HeaderField | readonly [name: string, value: string]> = []) {
        for (const field of fields) {
            if ("name" in field) this.add(field.name, field.value);
            else this.add(field[0], field[1]);
        }
    }

    /** Number of header fields. */
    get size(): number {
        return this.#entries.length;
    }

    /** Value of the first field of that name. */
    get(name: string): string | undefined {
        const key = headerName(name).key;
        return this.#entries.find((entry) => entry.key === key)?.value;
    }

    has(name: string): boolean {
        return this.get(name) !== undefined;
    }

    /** Values of all fields of that name, one per header line. */
    all(name: string): string[] {
        const key = headerName(name).key;
        return this.#entries.filter((entry) => entry.key === key).map((entry) => entry.value);
    }

    /** The elements of a list header (Via, Route, Record-Route, Contact, Supported ...) over all its lines; empty elements are left out. */
    list(name: string): string[] {
        return this.all(name).flatMap(elementsOf);
    }

    /** Appends a field after all others. */
    add(name: string, value: string): void {
        this.#entries.push(entryOf(name, value));
    }

    /** Puts a field before all others of its name (a new top Via, a new Route), or before everything if there is none. */
    prepend(name: string, value: string): void {
        const key = headerName(name).key;
        const first = this.#entries.findIndex((entry) => entry.key === key);
        this.#entries.splice(Math.max(0, first), 0, entryOf(name, value));
    }

    /** Makes `values` the only fields of that name, at the place of the first old one; none given removes the header. */
    set(name: string, ...values: readonly string[]): void {
        const key = headerName(name).key;
        const first = this.#entries.findIndex((entry) => entry.key === key);
        const kept = this.#entries.filter((entry) => entry.key !== key);
        kept.splice(first === -1 ? kept.length : first, 0, ...values.map((value) => entryOf(name, value)));
        this.#entries = kept;
    }

    /** Replaces the first element of {@link list} and keeps the rest: how a received top Via gets its `received`. */
    replaceFirst(name: string, element: string): void {
        const key = headerName(name).key;
        for (const [at, entry] of this.#entries.entries()) {
            const [first, ...rest] = entry.key === key ? elementsOf(entry.value) : [];
            if (first === undefined) continue;
            this.#entries[at] = entryOf(name, [element, ...rest].join(", "));
            return;
        }
        this.add(name, element);
    }

    /** Takes the first element off a list header, across lines, and returns it. */
    removeFirst(name: string): string | undefined {
        const [first, ...rest] = this.list(name);
        if (first !== undefined) this.set(name, ...rest);
        return first;
    }

    /** Removes all fields of that name. */
    remove(name: string): void {
        this.set(name);
    }

    copy(): Headers {
        const copy = new Headers();
        copy.#entries = [...this.#entries];
        return copy;
    }

    [Symbol.iterator](): Iterator<HeaderField> {
        return this.#entries[Symbol.iterator]();
    }
}

/** Without the empty ones: `a, , b` has two (RFC 2616 2.1). */
function elementsOf(value: string): string[] {
    return splitOutsideQuotes(value, ",").filter((element) => element !== "");
}

function entryOf(name: string, value: string): Entry {
    return { ...headerName(name), value };
}
