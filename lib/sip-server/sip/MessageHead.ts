import { consistsOf, hasLineBreaker, token, trimSpaces } from "./characters.ts";
import { Headers } from "./Headers.ts";
import { headerName } from "./headerNames.ts";

/** Everything before the blank line, cut into header fields but not judged yet. */
export interface MessageHead {
    readonly startLine: string;
    readonly headers: Headers;
    /** Keys of header lines that are broken themselves (no colon: the empty key); they are not among `headers`. */
    readonly brokenLines: readonly string[];
    /** True if there were more lines than allowed: the rest was not read. */
    readonly tooManyLines: boolean;
}

/** Ends the head; what follows is the body. */
export const headEnd = Buffer.from("\r\n\r\n");

/**
 * Cuts the head of a message into its lines: `data` is everything up to, not including, the blank line. Lines end with
 * CRLF only: a lone CR or LF makes its line a broken one, so that no other reader can see a line end where we saw none.
 */
export function readMessageHead(data: Buffer, maxLines: number): MessageHead {
    const text = data.toString("utf8");
    const startLineEnd = endOfLine(text, 0);
    const headers = new Headers();
    const brokenLines: string[] = [];
    let count = 0;
    let at = startLineEnd + 2;
    while (at < text.length && count < maxLines) {
        let end = endOfLine(text, at);
        let line = text.slice(at, end);
        at = end + 2;
        // A line that starts with white space continues the one before it (RFC 3261 7.3.1).
        while (at < text.length && (text[at] === " " || text[at] === "\t")) {
            end = endOfLine(text, at);
            line += ` ${trimSpaces(text.slice(at, end))}`;
            at = end + 2;
        }
        count++;
        const broken = readLine(line, headers);
        if (broken !== undefined) brokenLines.push(broken);
    }
    return { startLine: text.slice(0, startLineEnd), headers, brokenLines, tooManyLines: at < text.length };
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

function endOfLine(text: string, from: number): number {
    const end = text.indexOf("\r\n", from);
    return end === -1 ? text.length : end;
}
