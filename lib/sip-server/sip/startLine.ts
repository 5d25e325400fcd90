import { consistsOf, digit, hasLineBreaker, token, trimSpaces } from "./characters.ts";
import { isAbsoluteUri } from "./NameAddr.ts";

/** The first line of a message, as far as it could be read. */
export type StartLine =
    | { readonly kind: "request"; readonly method: string; readonly uri: string }
    | { readonly kind: "response"; readonly status: number; readonly reason: string }
    /** A request whose sender can receive a response that names the error. */
    | { readonly kind: "badRequest"; readonly method: string; readonly status: 400 | 505; readonly reason: string }
    | { readonly kind: "unreadable" };

const unreadable: StartLine = { kind: "unreadable" };

/** What separates the parts of the line. Within a reason phrase it is text (RFC 3261 25.1). */
const BLANK = /[ \t]/;

/** Requests that get no response (ACK), or whose purpose is lost by a rejection: they are taken with any Request-URI, which they do not need. */
const unrejectable: ReadonlySet<string> = new Set(["ACK", "BYE", "CANCEL"]);

/** True for a response (no method), and for a request that should not be rejected for a part that is not used. */
export function isUnrejectable(method: string | undefined): boolean {
    return method === undefined || unrejectable.has(method);
}

/** Reads a Request-Line or Status-Line (RFC 3261 7.1, 7.2). Any number of blanks may stand between and around the parts. */
export function parseStartLine(line: string): StartLine {
    if (hasLineBreaker(line)) return unreadable;
    const text = trimSpaces(line);
    const firstBlank = text.search(BLANK);
    if (firstBlank === -1) return unreadable;
    const first = text.slice(0, firstBlank);
    const rest = trimSpaces(text.slice(firstBlank));
    if (first.toUpperCase() === "SIP/2.0") return parseStatus(rest);
    return consistsOf(first, token) ? parseRequestLine(first, rest) : unreadable;
}

function parseStatus(text: string): StartLine {
    const code = text.slice(0, 3);
    const status = Number(code);
    // The space before an empty reason phrase is often forgotten.
    if (!consistsOf(code, digit) || status < 100 || status > 699 || (text.length > 3 && !BLANK.test(text.charAt(3)))) {
        return unreadable;
    }
    return { kind: "response", status, reason: trimSpaces(text.slice(4)) };
}

function parseRequestLine(method: string, rest: string): StartLine {
    const lastBlank = Math.max(rest.lastIndexOf(" "), rest.lastIndexOf("\t"));
    const version = rest.slice(lastBlank + 1).toUpperCase();
    const uri = trimSpaces(rest.slice(0, Math.max(0, lastBlank)));
    if (!version.startsWith("SIP/")) return unreadable;
    if (isUnrejectable(method))
        return { kind: "request", method, uri: uri.replace(/[ \t]/g, "") || "sip:unknown.invalid" };
    if (version !== "SIP/2.0") return { kind: "badRequest", method, status: 505, reason: "Version Not Supported" };
    // Any absolute URI will do: the application decides which it serves (404, 416).
    return isAbsoluteUri(uri) ? { kind: "request", method, uri } : bad(method, "Bad Request-URI");
}

function bad(method: string, reason: string): StartLine {
    return { kind: "badRequest", method, status: 400, reason };
}
