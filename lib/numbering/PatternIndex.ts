/**
 * Values filed under patterns and found by a text. `*` stands for any run of characters and `?` for one digit; `\*` and
 * `\?` are these characters themselves. Built once, searched for every call: patterns without wildcard and those with
 * only a star at the end cost one look-up each, however many there are.
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
        const pieces = piecesOf(pattern);
        const [first = [], second] = pieces;
        const literal = literalOf(first);
        if (literal !== undefined && second === undefined) {
            push(this.#exact, literal, value);
        } else if (literal !== undefined && pieces.length === 2 && second?.length === 0) {
            push(this.#byPrefix, literal, value);
        } else {
            const known = this.#others.get(pattern);
            if (known === undefined) this.#others.set(pattern, { matches: matcher(pieces), values: [value] });
            else known.values.push(value);
        }
    }
}

/** One character of a piece: itself, or any digit. */
type Token = string | typeof ANY_DIGIT;
const ANY_DIGIT = Symbol("any digit");

/** The tokens between the stars; one piece if there is no star. */
function piecesOf(pattern: string): Token[][] {
    const pieces: Token[][] = [[]];
    for (const [token] of pattern.matchAll(/\\[\\*?]|[^]/g)) {
        if (token === "*") pieces.push([]);
        else if (token === "?") pieces.at(-1)?.push(ANY_DIGIT);
        else pieces.at(-1)?.push(token.slice(-1));
    }
    return pieces;
}

function literalOf(piece: readonly Token[]): string | undefined {
    return piece.includes(ANY_DIGIT) ? undefined : piece.join("");
}

/** Matches each piece at its first place, which finds a match whenever there is one, without backtracking. */
function matcher(pieces: readonly (readonly Token[])[]): (text: string) => boolean {
    const first = pieces[0] ?? [];
    const last = pieces.at(-1) ?? [];
    const middle = pieces.slice(1, -1);
    return (text) => {
        if (!isAt(text, 0, first)) return false;
        if (pieces.length === 1) return text.length === first.length;
        let from = first.length;
        for (const piece of middle) {
            while (from + piece.length <= text.length && !isAt(text, from, piece)) from += 1;
            if (from + piece.length > text.length) return false;
            from += piece.length;
        }
        return text.length - last.length >= from && isAt(text, text.length - last.length, last);
    };
}

function isAt(text: string, from: number, piece: readonly Token[]): boolean {
    return piece.every((token, index) => {
        const character = text[from + index];
        return token === ANY_DIGIT ? character !== undefined && /[0-9]/.test(character) : character === token;
    });
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
    const known = map.get(key);
    if (known === undefined) map.set(key, [value]);
    else known.push(value);
}
