import { PatternIndex } from "./PatternIndex.ts";

/** The short codes that the configuration declares. */
export interface ShortCodesRules {
    /** Digits of the longest short code that is not listed; 0 allows only those listed. */
    readonly maxDigits: number;
    /** Patterns of codes (`NumberPattern`), which are short codes even where they could be national numbers. */
    readonly listed: readonly string[];
    /** Patterns that name codes elsewhere, such as in rules. They are short codes if they are nothing else. */
    readonly alsoNamed: readonly string[];
}

/** The international prefix of most countries: digits after it are a number abroad, complete or not. */
const ABROAD = /^(?:00|011)[0-9]/;

/**
 * Decides what is a short code: an extension, a service or emergency number, a feature code. Only declared ones can be
 * called: any other digits are a number that the network could complete in its own way. Pure.
 */
export class ShortCodes {
    readonly #maxDigits: number;
    readonly #listed: PatternIndex<true>;
    readonly #named: PatternIndex<true>;

    constructor({ maxDigits, listed, alsoNamed }: ShortCodesRules) {
        this.#maxDigits = maxDigits;
        this.#listed = new PatternIndex(listed.map((pattern) => [pattern, true]));
        this.#named = new PatternIndex(alsoNamed.map((pattern) => [pattern, true]));
    }

    /** Whether a code takes precedence over a national number that is written the same way. */
    isListed(typed: string): boolean {
        return this.#listed.has(typed);
    }

    /** Whether a number that is not E.164 can be called. */
    isDeclared(typed: string): boolean {
        if (this.isListed(typed) || this.#named.has(typed)) return true;
        return typed.length <= this.#maxDigits && /^[0-9]+$/.test(typed) && !ABROAD.test(typed);
    }
}
