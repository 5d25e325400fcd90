import { consistsOf, digit, hasLineBreaker, token } from "./characters.ts";
import { isAbsoluteUri } from "./NameAddr.ts";
import { parseUri } from "./SipUri.ts";

/** The first line of a message, as far as it could be read. */
export type StartLine =
    | { readonly kind: "request"; readonly method: string; readonly uri: string }
    | { readonly kind: "response"; readonly status: number; readonly reason: string }
    /** A request that can be told what is wrong with it. */
    | { readonly kind: "badRequest"; readonly method: string; readonly status: 400 | 505; readonly reason: string }
    | { readonly kind: "unreadable" };

const unreadable: StartLine = { kind: "unreadable" };

/** Reads a Request-Line or Status-Line (RFC 3261 7.1, 7.2). */
export function parseStartLine(line: string): StartLine {
    if (hasLineBreaker(line)) return unreadable;
    const firstSpace = line.indexOf(" ");
    if (firstSpace === -1) return unreadable;
    const first = line.slice(0, firstSpace);
    if (first.toUpperCase() === "SIP/2.0") return parseStatus(line.slice(firstSpace + 1));
    return consistsOf(first, token) ? parseRequestLine(first, line.slice(firstSpace + 1)) : unreadable;
}

function parseStatus(text: string): StartLine {
    const code = text.slice(0, 3);
    const status = Number(code);
    // The space before an empty reason phrase is often forgotten.
    if (!consistsOf(code, digit) || status < 100 || status > 699 || (text.length > 3 && text[3] !== " ")) {
        return unreadable;
    }
    return { kind: "response", status, reason: text.slice(4) };
}

function parseRequestLine(method: string, rest: string): StartLine {
    const trimmed = rest.trimEnd();
    const lastSpace = trimmed.lastIndexOf(" ");
    const version = trimmed.slice(lastSpace + 1).toUpperCase();
    const uri = trimmed.slice(0, Math.max(0, lastSpace));
    if (!version.startsWith("SIP/")) return unreadable;
    if (version !== "SIP/2.0") return { kind: "badRequest", method, status: 505, reason: "Version Not Supported" };
    if (trimmed.length !== rest.length) return bad(method, "Bad Request-Line");
    return isRequestUri(uri) ? { kind: "request", method, uri } : bad(method, "Bad Request-URI");
}

/** Any absolute URI will do, the application answers 416; but those we know must be whole, and without headers (RFC 3261 19.1.1). */
function isRequestUri(text: string): boolean {
    if (!isAbsoluteUri(text)) return false;
    const uri = parseUri(text);
    if (uri !== undefined) return uri.scheme === "tel" || uri.headers === undefined;
    const scheme = text.slice(0, text.indexOf(":")).toLowerCase();
    return scheme !== "sip" && scheme !== "sips" && scheme !== "tel";
}

function bad(method: string, reason: string): StartLine {
    return { kind: "badRequest", method, status: 400, reason };
}
