/**
 * Splits at a separator that stands outside of quoted strings (with `\` escapes) and of angle brackets, and trims the
 * parts: `"a, b" <sip:c;d>, e` has two elements. An unclosed quote or bracket runs to the end. Linear in the length.
 */
export function splitOutsideQuotes(text: string, separator: "," | ";"): string[] {
    const parts: string[] = [];
    let start = 0;
    let quoted = false;
    let bracketed = false;
    for (let at = 0; at < text.length; at++) {
        const char = text[at];
        if (quoted) {
            if (char === "\\") at++;
            else if (char === '"') quoted = false;
        } else if (char === '"') {
            quoted = true;
        } else if (char === "<") {
            bracketed = true;
        } else if (char === ">") {
            bracketed = false;
        } else if (char === separator && !bracketed) {
            parts.push(text.slice(start, at).trim());
            start = at + 1;
        }
    }
    parts.push(text.slice(start).trim());
    return parts;
}
