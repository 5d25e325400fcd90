/**
 * Values filed under patterns and found by a text. `*` stands for any run of characters, `\*` for the star key; all
 * else for itself. Built once, asked for every call: patterns without a star and those with only one at the end
 * cost a look-up each, however many there are.
 */
export class PatternIndex<Value> {
    readonly #exact = new Map<string, Value[]>();
    readonly #byPrefix = new Map<string, Value[]>();
    readonly #prefixLengths: readonly number[];
    readonly #others = new Map<string, { readonly matches: (text: string) => boolean; readonly values: Value[] }>();

    constructor(entries: Iterable<readonly [pattern: string, value: Value]>) {
        for (const [pattern, value] of entries) this.#file(pattern, value);
        const lengths = new Set([...this.#byPrefix.keys()].map((prefix) => prefix.length));
        this.#prefixLengths = [...lengths].sort((a, b) => b - a);
    }

    /** The values of all patterns that match: exact ones first, then longer prefixes before shorter, then the rest. */
    *find(text: string): Generator<Value, void> {
        yield* this.#exact.get(text) ?? [];
        for (const length of this.#prefixLengths) {
            if (length <= text.length) yield* this.#byPrefix.get(text.slice(0, length)) ?? [];
        }
        for (const { matches, values } of this.#others.values()) {
            if (matches(text)) yield* values;
        }
    }

    has(text: string): boolean {
        return this.find(text).next().done === false;
    }

    #file(pattern: string, value: Value): void {
        const pieces = literalPieces(pattern);
        const [first = "", second] = pieces;
        if (second === undefined) {
            push(this.#exact, first, value);
        } else if (pieces.length === 2 && second === "") {
            push(this.#byPrefix, first, value);
        } else {
            const known = this.#others.get(pattern);
            if (known === undefined) this.#others.set(pattern, { matches: matcher(pieces), values: [value] });
            else known.values.push(value);
        }
    }
}

/** The literal text between the stars; one piece if there is no star. */
function literalPieces(pattern: string): string[] {
    const pieces: string[] = [];
    let piece = "";
    for (const [token] of pattern.matchAll(/\\[\\*]|[^]/gu)) {
        if (token === "*") {
            pieces.push(piece);
            piece = "";
        } else {
            piece += token.length === 2 && token.startsWith("\\") ? token.slice(1) : token;
        }
    }
    return [...pieces, piece];
}

/** Takes each piece at its first place, which finds a match whenever there is one, in linear time. */
function matcher(pieces: readonly string[]): (text: string) => boolean {
    const first = pieces[0] ?? "";
    const last = pieces.at(-1) ?? "";
    const middle = pieces.slice(1, -1);
    return (text) => {
        if (!text.startsWith(first)) return false;
        let from = first.length;
        for (const piece of middle) {
            const at = text.indexOf(piece, from);
            if (at < 0) return false;
            from = at + piece.length;
        }
        return text.length - last.length >= from && text.endsWith(last);
    };
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
    const known = map.get(key);
    if (known === undefined) map.set(key, [value]);
    else known.push(value);
}
