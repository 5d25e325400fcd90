/** One argument of a command: its meaning, and how a word is parsed into its value. */
export interface Argument<Value> {
    /** One phrase for `help`, docs/commands.md and the OpenAPI document. */
    readonly description: string;
    readonly required: boolean;
    /** Words that are accepted, if the set is closed. */
    readonly choices?: readonly string[];
    /** Takes every remaining word. Only for the last argument. */
    readonly rest?: true;
    /** A word that can stand before it, to be read more easily. */
    readonly introduction?: string;
    readonly example: string;
    /** The value, or what is wrong with the word: "must be ...". */
    parse(word: string): { readonly value: Value } | { readonly fault: string };
}

/** The arguments of a command by name, in the order in which they are written. */
export type Arguments = Readonly<Record<string, Argument<unknown>>>;

/** The values of arguments; optional ones can be undefined. */
export type ValuesOf<Declared extends Arguments> = {
    readonly [Name in keyof Declared]: Declared[Name] extends Argument<infer Value>
        ? Declared[Name] extends { readonly required: true }
            ? Value
            : Value | undefined
        : never;
};

type Required<Value> = Argument<Value> & { readonly required: true };
type Optional<Value> = Argument<Value> & { readonly required: false };

/** A word without further form. */
export function word(description: string, example: string): Required<string> {
    return { description, example, required: true, parse: (text) => ({ value: text }) };
}

/** One of a few words. */
export function choice<const Choice extends string>(description: string, choices: readonly Choice[]): Required<Choice> {
    const find = (text: string): Choice | undefined => choices.find((known) => known === text.toLowerCase());
    return {
        description,
        choices,
        example: choices[0] ?? "",
        required: true,
        parse: (text) => {
            const value = find(text);
            return value === undefined ? { fault: `must be ${choices.join(", ")}` } : { value };
        },
    };
}

/** A whole number in a range. */
export function integer(
    description: string,
    [least, most]: readonly [number, number],
    example: number,
): Required<number> {
    return {
        description,
        example: String(example),
        required: true,
        parse: (text) => {
            const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
            return value >= least && value <= most
                ? { value }
                : { fault: `must be a whole number from ${least} to ${most}` };
        },
    };
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_DURATION_MS = 366 * 86_400_000;

/** A duration such as `30m`, `2h` or `7d`, in ms. */
export function duration(description: string, example: string): Required<number> {
    return {
        description,
        example,
        required: true,
        parse: (text) => {
            const [, count = "", unit = ""] = /^([0-9]{1,6})([smhd])$/i.exec(text) ?? [];
            const value = Number(count) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
            return value > 0 && value <= LONGEST_DURATION_MS
                ? { value }
                : { fault: "must be a duration such as 30m, 2h or 7d" };
        },
    };
}

/** An argument before which this word can stand: `for 2h`. */
export function introducedBy<Value>(introduction: string, argument: Required<Value>): Required<Value> {
    return { ...argument, introduction };
}

/** The remaining words, as one text. */
export function restOfLine(description: string, example: string): Required<string> {
    return { ...word(description, example), rest: true };
}

export function optional<Value>(argument: Required<Value>): Optional<Value> {
    return { ...argument, required: false };
}
