/** Room for the numbering in front of each part: `(123/123) `. */
const NUMBERING_BYTES = 10;
const MAX_PARTS = 999;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Splits a text into parts of at most `maxBytes` bytes of UTF-8, at the end of a line or word where there is one, and
 * numbers them: `(1/3) ...`. No character a reader sees as one is divided, unless it alone exceeds a part. A text that
 * fits is returned as it is. The same text always gives the same parts. The caller limits the size of the text; beyond
 * 999 parts the rest is left out.
 * @param maxBytes at least 32
 */
export function splitText(text: string, maxBytes: number): readonly [string, ...string[]] {
    if (Buffer.byteLength(text) <= maxBytes) return [text];
    const parts: string[] = [];
    let rest = text;
    while (rest !== "" && parts.length < MAX_PARTS) {
        const part = beginning(rest, maxBytes - NUMBERING_BYTES);
        rest = rest.slice(part.length).replace(/^\s+/u, "");
        const seen = part.replace(/\s+$/u, "");
        if (seen !== "") parts.push(seen);
    }
    const [first = "", ...others] = parts.map((part, index) =>
        parts.length === 1 ? part : `(${index + 1}/${parts.length}) ${part}`,
    );
    return [first, ...others];
}

/** The longest beginning of `text` that fits, up to the end of a line or word if that is in its second half. */
function beginning(text: string, maxBytes: number): string {
    const fitting = longestFitting(text, maxBytes);
    if (fitting.length === text.length) return fitting;
    const half = fitting.length / 2;
    const lineEnd = fitting.lastIndexOf("\n");
    if (lineEnd > half) return fitting.slice(0, lineEnd + 1);
    // the character after the end tells whether the part ends with a word
    if (/\s/u.test(text.charAt(fitting.length))) return fitting;
    const wordEnd = fitting.search(/\s\S*$/u);
    return wordEnd > half ? fitting.slice(0, wordEnd + 1) : fitting;
}

function longestFitting(text: string, maxBytes: number): string {
    // no character takes less than a byte, so what follows cannot belong to the part
    const window = text.slice(0, maxBytes + 1);
    let bytes = 0;
    let end = 0;
    for (const { segment, index } of graphemes.segment(window)) {
        bytes += Buffer.byteLength(segment);
        const mayContinue = index + segment.length === window.length && window.length < text.length;
        if (bytes > maxBytes || mayContinue) break;
        end = index + segment.length;
    }
    return end > 0 ? text.slice(0, end) : byCharacters(text, maxBytes);
}

/** For a letter with more combining marks than fit: some text is made of nothing else. */
function byCharacters(text: string, maxBytes: number): string {
    let bytes = 0;
    let end = 0;
    for (const character of text) {
        bytes += Buffer.byteLength(character);
        if (bytes > maxBytes) break;
        end += character.length;
    }
    return text.slice(0, end);
}
