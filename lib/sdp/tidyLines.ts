/** Larger than any browser's offer with video and all its candidates; rtpengine's datagrams end at 64 KiB. */
const MAX_LENGTH = 49_152;
const MAX_LINES = 2_000;

/** The parts of an `m=` line (RFC 8866, section 5.14). */
export interface MediaLine {
    readonly type: string;
    /** 0 rejects or removes the stream. */
    readonly port: number;
    readonly protocol: string;
    /** The formats, separated by single blanks; empty in a line without any. */
    readonly payloads: string;
}

/**
 * The lines of a session description without what some implementations add and no reader needs: blanks at the end of
 * lines, blank lines, NULs, doubled blanks between words, and lines that are not `<letter>=<value>`. Accepts every kind of
 * line end. Undefined if the text does not begin with `v=0` or is too large.
 */
export function tidyLines(text: string): readonly string[] | undefined {
    if (text.length > MAX_LENGTH) return undefined;
    const lines = text
        .replaceAll("\0", "")
        .split(/[\r\n]+/)
        .map((line) => line.trim())
        .filter((line) => /^[a-z]=/.test(line))
        .map((line) => (/^[mco]=/.test(line) ? line.replaceAll(/[ \t]+/g, " ") : line))
        // an empty session name is written as a blank (RFC 8866, section 5.3); other empty values say nothing
        .flatMap((line) => (line.length > 2 ? [line] : line === "s=" ? ["s=-"] : []));
    return lines[0] === "v=0" && lines.length <= MAX_LINES ? lines : undefined;
}

/** The parts of a tidy `m=` line. A number of ports (`49170/2`) is left out. Undefined if the line is malformed. */
export function parseMediaLine(line: string): MediaLine | undefined {
    const [type = "", port = "", protocol = "", ...formats] = line.slice("m=".length).split(" ");
    if (type === "" || protocol === "" || !/^\d{1,5}(\/\d{1,5})?$/.test(port)) return undefined;
    return { type, port: Number.parseInt(port, 10), protocol, payloads: formats.join(" ") };
}
