/**
 * Text as a quoted-string: in quotes, with `"`, `\` and NUL escaped (RFC 3261 25.1, quoted-pair). Line ends cannot be
 * represented and are refused by the serialiser.
 */
export function quote(text: string): string {
    let quoted = '"';
    for (const char of text) quoted += char === '"' || char === "\\" || char === "\0" ? `\\${char}` : char;
    return `${quoted}"`;
}

/** The text of a quoted-string; what does not start with a quote comes back as it is. */
export function unquote(text: string): string {
    if (!text.startsWith('"')) return text;
    let plain = "";
    for (let at = 1; at < text.length && text[at] !== '"'; at++) {
        if (text[at] === "\\" && at + 1 < text.length) at++;
        plain += text.charAt(at);
    }
    return plain;
}

/** Index just behind the quoted-string that starts at `start`; undefined if it is never closed. */
export function endOfQuotedString(text: string, start: number): number | undefined {
    for (let at = start + 1; at < text.length; at++) {
        if (text[at] === "\\") at++;
        else if (text[at] === '"') return at + 1;
    }
    return undefined;
}
