/**
 * The character classes of RFC 3261 25.1 as tables over ASCII. Untrusted text is scanned with these and never with
 * regular expressions: one look-up per character, whatever the text.
 */
export type CharacterClass = readonly boolean[];

const alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const mark = "-_.!~*'()";

function classOf(characters: string): CharacterClass {
    const table = new Array<boolean>(128).fill(false);
    for (const character of characters) table[character.charCodeAt(0)] = true;
    return table;
}

export const digit = classOf("0123456789");
/** Methods, header names, parameter names. */
export const token = classOf(alphanumeric + "-.!%*_+`'~");
/** The user part of a SIP URI; `%` stands for its escapes, `;` separates user parameters (telephone-subscriber). */
export const userCharacter = classOf(alphanumeric + mark + "%&=+$,;?/#");
export const hostnameCharacter = classOf(alphanumeric + "-._");

/** True if `text` has at least one character and all are of the class. */
export function consistsOf(text: string, allowed: CharacterClass): boolean {
    if (text === "") return false;
    for (let at = 0; at < text.length; at++) {
        if (allowed[text.charCodeAt(at)] !== true) return false;
    }
    return true;
}

/** True if the text, which may be empty, has no white space, control character, quote or angle bracket: it can be written into a URI or Via as it stands. */
export function isOpaque(text: string): boolean {
    for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code <= 0x20 || code === 0x22 || code === 0x3c || code === 0x3e || code === 0x7f) return false;
    }
    return true;
}

/** Reads a plain decimal of at most 15 digits up to `max`. Undefined for anything else. */
export function parseDecimal(text: string, max: number): number | undefined {
    if (!consistsOf(text, digit) || text.length > 15) return undefined;
    const value = Number(text);
    return value <= max ? value : undefined;
}

/** The text without the spaces and tabs around it; other white space is content. */
export function trimSpaces(text: string): string {
    let start = 0;
    let end = text.length;
    while (start < end && isSpace(text.charCodeAt(start))) start++;
    while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
    return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** True if the text holds what no header line can: a line end, or NUL other than behind `\` in a quoted string (RFC 3261 25.1, quoted-pair). */
export function hasLineBreaker(text: string): boolean {
    if (text.includes("\n") || text.includes("\r")) return true;
    for (let at = text.indexOf("\0"); at !== -1; at = text.indexOf("\0", at + 1)) {
        if (text[at - 1] !== "\\") return true;
    }
    return false;
}

function isSpace(code: number): boolean {
    return code === 0x20 || code === 0x09;
}

/** True for what may not stand in any line of a message. */
export function hasControls(value: string): boolean {
    for (let at = 0; at < value.length; at++) {
        const code = value.charCodeAt(at);
        if ((code < 0x20 && code !== 0x09) || code === 0x7f) return true;
    }
    return false;
}
