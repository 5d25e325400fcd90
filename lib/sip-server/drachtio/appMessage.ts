import { Headers } from "../sip/Headers.ts";

/**
 * A SIP message as an application hands it over: a sketch, not a message for the wire. Headers the server writes itself
 * are missing or were dropped; the body is everything after the blank line. `via` counts only for what a lost server began.
 */
export type AppMessage =
    | {
          readonly kind: "request";
          readonly method: string;
          readonly uri: string;
          readonly via: readonly string[];
          readonly headers: Headers;
          readonly body: Buffer;
      }
    | {
          readonly kind: "response";
          readonly status: number;
          readonly reason: string;
          readonly via: readonly string[];
          readonly headers: Headers;
          readonly body: Buffer;
      }
    | { readonly kind: "unreadable"; readonly why: string };

type AppRequest = Extract<AppMessage, { kind: "request" }>;

/** Headers an application has no say in. Its Content-Length counts characters, not bytes, and would cut the body. */
const serverHeaders: ReadonlySet<string> = new Set(["Via", "Record-Route", "RSeq", "Content-Length"]);

const HEAD_END = "\r\n\r\n";
const REQUEST_LINE = /^([\w.!%*+`'~-]{1,32}) (\S{1,8192}) SIP\/2\.0$/;
const STATUS_LINE = /^SIP\/2\.0 ([1-6]\d\d) ?(.*)$/;
const HEADER_LINE = /^([\w.!%*+`'~-]+)[ \t]*:([^]*)$/;
/** TAB may stand in a header value, other control characters only smuggle. */
const CONTROL_CHARACTER = /[\0-\x08\x0a-\x1f\x7f]/;

/** Reads the SIP part of a `sip` frame. */
export function parseAppMessage(bytes: Buffer): AppMessage {
    const headEnd = bytes.indexOf(HEAD_END);
    const head = bytes.toString("utf8", 0, headEnd < 0 ? bytes.length : headEnd);
    const body = headEnd < 0 ? Buffer.alloc(0) : bytes.subarray(headEnd + HEAD_END.length);
    const [startLine = "", ...lines] = head.split("\r\n");
    const headers = new Headers();
    for (const line of lines) {
        if (line === "") continue;
        const [, name, value] = HEADER_LINE.exec(line) ?? [];
        if (name === undefined || value === undefined) return unreadable("invalid header line");
        if (CONTROL_CHARACTER.test(value)) return unreadable(`control character in header: ${name}`);
        headers.add(name, value.trim());
    }
    const via = headers.all("Via");
    for (const name of serverHeaders) headers.remove(name);
    return withStartLine(startLine, { via, headers, body });
}

function withStartLine(startLine: string, rest: Pick<AppRequest, "via" | "headers" | "body">): AppMessage {
    const [, method, uri] = REQUEST_LINE.exec(startLine) ?? [];
    if (method !== undefined && uri !== undefined) return { kind: "request", method, uri, ...rest };
    const [, status, reason = ""] = STATUS_LINE.exec(startLine) ?? [];
    if (status !== undefined && !CONTROL_CHARACTER.test(reason)) {
        return { kind: "response", status: Number(status), reason, ...rest };
    }
    return unreadable(`invalid start line: ${startLine.slice(0, 200)}`);
}

function unreadable(why: string): AppMessage {
    return { kind: "unreadable", why };
}
