import { type CharacterClass, consistsOf, token } from "./characters.ts";
import { endOfQuotedString } from "./quotedString.ts";
import { splitOutsideQuotes } from "./splitList.ts";

/**
 * Parameters of a header element or URI in their order: name in lower case (names compare without case), value as on
 * the wire (a quoted string with its quotes), `null` for a parameter without `=`. Belongs to the view that holds it.
 */
export type Params = Map<string, string | null>;

/**
 * Reads `a=b;c`, what follows the first semicolon. The first of two parameters of one name wins; empty ones are left
 * out. Undefined if a name is empty or holds characters outside of `names`, or if a value has a quote or bracket that may
 * be open: what is written behind it would be read as part of it.
 */
export function parseParams(text: string, names: CharacterClass = token): Params | undefined {
    const params: Params = new Map();
    for (const part of splitOutsideQuotes(text, ";")) {
        if (part === "") continue;
        const equals = part.indexOf("=");
        const name = (equals === -1 ? part : part.slice(0, equals)).trim().toLowerCase();
        if (!consistsOf(name, names)) return undefined;
        const value = equals === -1 ? null : part.slice(equals + 1).trim();
        if (value !== null && !isPlain(value) && !isQuotedString(value)) return undefined;
        if (!params.has(name)) params.set(name, value);
    }
    return params;
}

function isPlain(value: string): boolean {
    return !value.includes('"') && !value.includes("<") && !value.includes(">");
}

function isQuotedString(value: string): boolean {
    return value.startsWith('"') && endOfQuotedString(value, 0) === value.length;
}

/** The parameters with their leading semicolons, empty for none. */
export function formatParams(params: Params): string {
    let text = "";
    for (const [name, value] of params) text += value === null ? `;${name}` : `;${name}=${value}`;
    return text;
}
