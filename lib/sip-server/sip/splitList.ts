import { endOfQuotedString } from "./quotedString.ts";

/**
 * Splits at a separator outside of quoted strings (with `\\` escapes) and angle brackets, and trims the parts:
 * `"a, b" <sip:c;d>, e` has two elements. A quote or bracket that is never closed is an ordinary character, so that it
 * does not hide what stands behind it. Linear in the length.
 */
export function splitOutsideQuotes(text: string, separator: "," | ";"): string[] {
    const parts: string[] = [];
    let start = 0;
    for (const at of positionsOutsideQuotes(text, separator)) {
        parts.push(text.slice(start, at).trim());
        start = at + 1;
    }
    parts.push(text.slice(start).trim());
    return parts;
}

/** Position of the first `<` outside of quoted strings, -1 if there is none. An unclosed quote is an ordinary character. */
export function indexOfOpenBracket(text: string): number {
    let unclosed = "";
    for (let at = 0; at < text.length; at++) {
        const char = text.charAt(at);
        if (char === "<") return at;
        if (char !== '"' || unclosed === char) continue;
        const end = endOfQuotedString(text, at);
        if (end === undefined) unclosed = char;
        else at = end - 1;
    }
    return -1;
}

function positionsOutsideQuotes(text: string, separator: "," | ";"): number[] {
    const positions: number[] = [];
    // Positions found once are kept, so that no part of the text is searched twice.
    let quotes: "closed" | "unclosed" = "closed";
    let nextClose = text.indexOf(">");
    for (let at = 0; at < text.length; at++) {
        const char = text.charAt(at);
        if (char === separator) {
            positions.push(at);
        } else if (char === '"' && quotes === "closed") {
            const end = endOfQuotedString(text, at);
            if (end === undefined) quotes = "unclosed";
            else at = end - 1;
        } else if (char === "<") {
            if (nextClose !== -1 && nextClose < at) nextClose = text.indexOf(">", at);
            const nextOpen = text.indexOf("<", at + 1);
            // A bracket that is followed by another one before it closes is an ordinary character.
            if (nextClose !== -1 && (nextOpen === -1 || nextOpen > nextClose)) at = nextClose;
        }
    }
    return positions;
}
