import { parseDecimal } from "./characters.ts";
import { formatCSeq, parseCSeq, readCSeqNumber } from "./CSeq.ts";
import {
    findRequestFault,
    findTopViaFault,
    findUnrejectableFault,
    isEssentialHeader,
    singularHeaders,
} from "./findHeaderFault.ts";
import type { Headers } from "./Headers.ts";
import { findHeadEnd, type HeadEnd, type MessageHead, readMessageHead } from "./MessageHead.ts";
import { readNameAddr } from "./readNameAddr.ts";
import type { SipMessage, SipRequest } from "./SipMessage.ts";
import { isUnrejectable, parseStartLine } from "./startLine.ts";
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
    /** Number of header lines and list elements that could not be read and are not used. */
    readonly ignoredParts: number;
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
 * Reads one whole message: a datagram or a WebSocket message. Never throws, takes time linear in the length. A message is
 * checked only for the parts that are used (docs/design/tolerance.md): a request that comes out has a readable top Via,
 * From, To, Call-ID and a CSeq that agrees with its method; an ACK, BYE or CANCEL has those too, whatever
 * method its CSeq named; a response has a readable top Via. The body is Content-Length bytes, or all there is without a readable Content-Length.
 */
export function parseMessage(data: Buffer, limits: MessageLimits = defaultMessageLimits): ParseResult {
    const start = skipLineEnds(data);
    const head = findHeadEnd(data, start) ?? headWithoutBlankLine(data, start);
    if (head === undefined) return unusable("no blank line after the headers");
    if (head.end - start > limits.headerBytes) return unusable("headers too long");
    const parsed = readMessageHead(data.subarray(start, head.end), limits.headerLines);
    return assembleMessage(parsed, data.subarray(head.bodyStart), limits);
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
    const fault = findFault(head, method);
    if (fault !== undefined) return refuse(400, fault);
    const length = contentLength(head) ?? rest.length;
    if (length > limits.bodyBytes) return refuse(413, "Request Entity Too Large");
    // A truncated response must be discarded (RFC 3261 18.3); the body of a BYE is not used.
    if (length > rest.length && (method === undefined || !isUnrejectable(method))) {
        return refuse(400, "Body Shorter Than Content-Length");
    }
    const ignoredParts = head.brokenLines.length + leaveOutUnreadable(head.headers);
    if (method !== undefined) correctCSeq(head.headers, method);
    const message: SipMessage = { ...line, headers: head.headers, body: rest.subarray(0, length) };
    return { ok: true, message, ignoredParts };
}

function findFault(head: MessageHead, method: string | undefined): string | undefined {
    if (method === undefined) return findTopViaFault(head.headers);
    if (isUnrejectable(method)) return findUnrejectableFault(head.headers);
    if (head.brokenLines.some(isEssentialHeader)) return "Bad Header Line";
    return findRequestFault(head.headers, method);
}

/** The method of an ACK, BYE or CANCEL is that of its first line. Whatever CSeq has there is not used. */
function correctCSeq(headers: Headers, method: string): void {
    const value = headers.get("CSeq") ?? "";
    if (parseCSeq(value)?.method !== method)
        headers.set("CSeq", formatCSeq({ number: readCSeqNumber(value) ?? 0, method }));
}

/** Removes what cannot be used: elements of Contact and Route without a URI, second headers where one is allowed. Returns how many there were. */
function leaveOutUnreadable(headers: Headers): number {
    let count = 0;
    for (const name of ["Contact", "Route"]) {
        const elements = headers.list(name);
        const readable = elements.filter((each) => each === "*" || readNameAddr(each) !== undefined);
        if (readable.length === elements.length) continue;
        count += elements.length - readable.length;
        headers.set(name, ...readable);
    }
    for (const name of singularHeaders) {
        const [first, ...others] = headers.all(name);
        if (first === undefined || others.length === 0) continue;
        count += others.length;
        headers.set(name, first);
    }
    return count;
}

/** Content-Length of a head; undefined if missing, repeated with another value, or not a number. */
export function contentLength(head: MessageHead): number | undefined {
    const [value, ...more] = head.headers.all("Content-Length");
    const differs = more.some((other) => other !== value);
    if (value === undefined || differs || head.brokenLines.includes("content-length")) return undefined;
    return parseDecimal(value, Number.MAX_SAFE_INTEGER);
}

/** The whole datagram, if it only lacks the blank line behind its last header. */
function headWithoutBlankLine(data: Buffer, start: number): HeadEnd | undefined {
    let end = data.length;
    while (end > start && (data[end - 1] === 0x0d || data[end - 1] === 0x0a)) end--;
    return end > start && end < data.length ? { end, bodyStart: data.length } : undefined;
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
