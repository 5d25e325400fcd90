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
        const param = parseParam(part, names);
        if (param === undefined) return undefined;
        if (!params.has(param[0])) params.set(...param);
    }
    return params;
}

/**
 * As {@link parseParams}, for what peers send: a parameter that breaks the grammar is kept under its own text, without a
 * value, so that it can be sent back. {@link formatParams} writes such parameters last.
 */
export function readParams(text: string): Params {
    const params: Params = new Map();
    for (const part of splitOutsideQuotes(text, ";")) {
        if (part === "") continue;
        const [name, value] = parseParam(part, token) ?? [part, null];
        if (!params.has(name)) params.set(name, value);
    }
    return params;
}

/** The parameters with their leading semicolons, empty for none. Those that break the grammar come last: nothing may stand behind an open quote. */
export function formatParams(params: Params): string {
    let text = "";
    let broken = "";
    for (const [name, value] of params) {
        if (value === null) {
            if (consistsOf(name, token)) text += `;${name}`;
            else broken += `;${name}`;
        } else {
            text += `;${name}=${value}`;
        }
    }
    return text + broken;
}

function parseParam(part: string, names: CharacterClass): [name: string, value: string | null] | undefined {
    const equals = part.indexOf("=");
    const name = (equals === -1 ? part : part.slice(0, equals)).trim().toLowerCase();
    if (!consistsOf(name, names)) return undefined;
    const value = equals === -1 ? null : part.slice(equals + 1).trim();
    return value !== null && !isPlain(value) && !isQuotedString(value) ? undefined : [name, value];
}

function isPlain(value: string): boolean {
    return !value.includes('"') && !value.includes("<") && !value.includes(">");
}

function isQuotedString(value: string): boolean {
    return value.startsWith('"') && endOfQuotedString(value, 0) === value.length;
}
