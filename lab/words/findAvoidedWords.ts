import { avoidedWords, quotations } from "./avoidedWords.ts";

/** An avoided word in a text. */
export interface FoundWord {
    /** Counted from 1. */
    readonly line: number;
    readonly word: string;
    readonly instead: string;
}

/** Finds every avoided word in a text, outside of quotations. A phrase that a line break divides is found as well. Pure. */
export function findAvoidedWords(text: string): readonly FoundWord[] {
    const visible = quotations.reduce((rest, quotation) => rest.replaceAll(quotation, blank(quotation)), text);
    const flowing = visible.replace(COMMENT_BREAK, (lineBreak) => " ".repeat(lineBreak.length));
    const found = avoidedWords.flatMap(({ pattern, instead }) =>
        [...flowing.matchAll(pattern)].map(({ 0: word, index }) => ({
            line: text.slice(0, index).split("\n").length,
            word: word.replace(/\s+/g, " "),
            instead,
        })),
    );
    return found.toSorted((one, other) => one.line - other.line);
}

/** A line break within running text, with the marker that begins the next line of a comment. */
const COMMENT_BREAK = /\n[ \t]*(?:\/\/|\*(?!\/)|#|>)?[ \t]*/g;

function blank(quotation: string): string {
    return " ".repeat(quotation.length);
}
