import { parseDecimal } from "./characters.ts";
import { findHeaderFault, isEssentialHeader } from "./findHeaderFault.ts";
import { headEnd, type MessageHead, readMessageHead } from "./MessageHead.ts";
import type { SipMessage, SipRequest } from "./SipMessage.ts";
import { parseStartLine } from "./startLine.ts";
import { parseVia } from "./Via.ts";

/** Limits of one message. What exceeds them is not parsed any further. */
export interface MessageLimits {
    /** Bytes of start line and headers together. */
    readonly headerBytes: number;
    /** Header lines, after unfolding. */
    readonly headerLines: number;
    /** Bytes of the body. */
    readonly bodyBytes: number;
}

export const defaultMessageLimits: MessageLimits = { headerBytes: 65_536, headerLines: 256, bodyBytes: 262_144 };

/** How a request that cannot be used is answered, where RFC 3261 allows an answer at all: never an ACK, never without a top Via. */
export interface Refusal {
    /** 400 Bad Request, 413 Request Entity Too Large, 505 Version Not Supported. */
    readonly status: 400 | 413 | 505;
    /** The reason phrase to send: it names what is wrong. */
    readonly reason: string;
    /** What could be read. Its top Via is whole; other headers may be missing or broken, and are only fit to be copied. */
    readonly request: SipRequest;
}

export interface ParsedMessage {
    readonly ok: true;
    readonly message: SipMessage;
    /** Number of optional header lines left out because they were broken. */
    readonly ignoredHeaders: number;
}

export interface UnusableMessage {
    readonly ok: false;
    /** A short constant text for logs and counters, free of what the peer sent. */
    readonly reason: string;
    /** Absent if the message can only be dropped. */
    readonly refusal?: Refusal;
}

export type ParseResult = ParsedMessage | UnusableMessage;

/**
 * Reads one whole message: a datagram or a WebSocket message. Never throws, takes time linear in the length. A
 * `message` that comes out has well-formed Via (all), From, To, Call-ID, CSeq and, where present, Contact, Route and
 * Record-Route; its method agrees with CSeq; its body is Content-Length bytes, or all there is if that is missing.
 */
export function parseMessage(data: Buffer, limits: MessageLimits = defaultMessageLimits): ParseResult {
    const start = skipLineEnds(data);
    const end = data.indexOf(headEnd, start);
    if (end === -1) return unusable("no blank line after the headers");
    if (end - start > limits.headerBytes) return unusable("headers too long");
    const head = readMessageHead(data.subarray(start, end), limits.headerLines);
    return assembleMessage(head, data.subarray(end + headEnd.length), limits);
}

/** {@link parseMessage} once the head is cut out: for stream framing, which needs the head before the body is there. `rest` is all that follows the blank line. */
export function assembleMessage(head: MessageHead, rest: Buffer, limits: MessageLimits): ParseResult {
    const line = parseStartLine(head.startLine);
    if (line.kind === "unreadable") return unusable("unreadable start line");
    const method = line.kind === "response" ? undefined : line.method;
    const refuse = (status: Refusal["status"], reason: string): UnusableMessage =>
        refusal(head, method, status, reason);
    if (line.kind === "badRequest") return refuse(line.status, line.reason);
    if (head.tooManyLines) return refuse(400, "Too Many Header Lines");
    if (head.brokenLines.some(isEssentialHeader)) return refuse(400, "Bad Header Line");
    const fault = findHeaderFault(head.headers, method);
    if (fault !== undefined) return refuse(400, fault);
    const length = contentLength(head) ?? rest.length;
    if (length > limits.bodyBytes) return refuse(413, "Request Entity Too Large");
    if (length > rest.length) return refuse(400, "Body Shorter Than Content-Length");
    const message: SipMessage = { ...line, headers: head.headers, body: rest.subarray(0, length) };
    return { ok: true, message, ignoredHeaders: head.brokenLines.length };
}

/** Content-Length of a head; undefined if missing, repeated or not a number. */
export function contentLength(head: MessageHead): number | undefined {
    const [value, ...more] = head.headers.all("Content-Length");
    if (value === undefined || more.length > 0 || head.brokenLines.includes("content-length")) return undefined;
    return parseDecimal(value, Number.MAX_SAFE_INTEGER);
}

/** Empty lines before a message are keep-alives (RFC 3261 7.5, RFC 5626 4.4.1). */
function skipLineEnds(data: Buffer): number {
    let at = 0;
    while (data[at] === 0x0d || data[at] === 0x0a) at++;
    return at;
}

function refusal(
    head: MessageHead,
    method: string | undefined,
    status: Refusal["status"],
    reason: string,
): UnusableMessage {
    const topVia = head.headers.list("Via")[0];
    if (method === undefined || method === "ACK" || topVia === undefined || parseVia(topVia) === undefined) {
        return unusable(reason);
    }
    const request: SipRequest = { kind: "request", method, uri: "", headers: head.headers, body: Buffer.alloc(0) };
    return { ok: false, reason, refusal: { status, reason, request } };
}

function unusable(reason: string): UnusableMessage {
    return { ok: false, reason };
}
