import { isUtf8 } from "node:buffer";
import { consistsOf, hasLineBreaker, token, trimSpaces } from "./characters.ts";
import { Headers } from "./Headers.ts";
import { headerName } from "./headerNames.ts";

/** Everything before the blank line, cut into header fields but not checked yet. */
export interface MessageHead {
    readonly startLine: string;
    readonly headers: Headers;
    /** Keys of header lines that are broken themselves (no colon: the empty key); they are not among `headers`. */
    readonly brokenLines: readonly string[];
    /** True if there were more lines than allowed: the rest was not read. */
    readonly tooManyLines: boolean;
}

/** Where a head ends, and where the body begins behind the blank line. */
export interface HeadEnd {
    readonly end: number;
    readonly bodyStart: number;
}

/** How the lines of a head end, with the blank line behind them: CR CR LF comes of a conversion of line ends done twice. */
const blankLines = {
    lf: Buffer.from("\n\n"),
    crLf: Buffer.from("\r\n\r\n"),
    crCrLf: Buffer.from("\r\n\r\r\n"),
} as const;
const cr = 0x0d;
const lf = 0x0a;

/** Longest mark between head and body, in bytes: how far back a search must begin that goes on with new data. */
export const headEndBytes = blankLines.crCrLf.length;

/**
 * Finds the blank line of the message that begins at `start`, or undefined if it has not arrived. The first line says
 * how lines end: by CRLF, or by LF alone as some simple devices write them. They are never mixed within one head, because a proxy in front of us could then see one header where we see two. `from`: before that, nothing was found.
 */
export function findHeadEnd(data: Buffer, start: number, from = start): HeadEnd | undefined {
    const mark = blankLines[lineEndOf(data, start)];
    const end = data.indexOf(mark, from);
    return end === -1 ? undefined : { end, bodyStart: end + mark.length };
}

function lineEndOf(data: Buffer, start: number): keyof typeof blankLines {
    const firstEnd = data.indexOf(lf, start);
    if (firstEnd <= start) return "crLf";
    if (data[firstEnd - 1] !== cr) return "lf";
    return data[firstEnd - 2] === cr ? "crCrLf" : "crLf";
}

/**
 * Cuts the head of a message into its lines: `data` is everything up to, not including, the blank line. In a head whose
 * lines end by CRLF a lone CR or LF makes its line a broken one, so that we see no line end where another reader saw none.
 */
export function readMessageHead(data: Buffer, maxLines: number): MessageHead {
    const lines = cutLines(data);
    const [startLine = ""] = lines;
    const headers = new Headers();
    const brokenLines: string[] = [];
    let count = 0;
    let at = 1;
    while (at < lines.length && count < maxLines) {
        let line = lines[at] ?? "";
        // A line that starts with white space continues the one before it (RFC 3261 7.3.1).
        const folded: string[] = [];
        for (at++; startsBlank(lines[at]); at++) folded.push(trimSpaces(lines[at] ?? ""));
        if (folded.length > 0) line = [line, ...folded].join(" ");
        count++;
        const broken = readLine(line, headers);
        if (broken !== undefined) brokenLines.push(broken);
    }
    return { startLine, headers, brokenLines, tooManyLines: at < lines.length };
}

/** Text is UTF-8; the lines of a head that is not are read as Latin-1, unless they are UTF-8 themselves. */
function cutLines(data: Buffer): string[] {
    const mark = lineEndOf(data, 0) === "lf" ? "\n" : "\r\n";
    const lines = isUtf8(data)
        ? data.toString("utf8").split(mark)
        : data.toString("latin1").split(mark).map(decodeLine);
    return mark === "\n" ? lines : lines.map(withoutExtraCr);
}

/** In front of a line end a CR separates nothing. */
function withoutExtraCr(line: string): string {
    let end = line.length;
    while (end > 0 && line.charCodeAt(end - 1) === cr) end--;
    return end === line.length ? line : line.slice(0, end);
}

function decodeLine(latin1: string): string {
    const bytes = Buffer.from(latin1, "latin1");
    return isUtf8(bytes) ? bytes.toString("utf8") : latin1;
}

function startsBlank(line: string | undefined): boolean {
    return line !== undefined && (line.startsWith(" ") || line.startsWith("\t"));
}

/** Adds the field to `headers`, or returns the key of the broken line. */
function readLine(line: string, headers: Headers): string | undefined {
    const colon = line.indexOf(":");
    const name = trimSpaces(line.slice(0, Math.max(0, colon)));
    if (!consistsOf(name, token)) return "";
    if (hasLineBreaker(line)) return headerName(name).key;
    headers.add(name, trimSpaces(line.slice(colon + 1)));
    return undefined;
}
