import { formatParams, type Params, parseParams } from "./params.ts";
import { endOfQuotedString, quote, unquote } from "./quotedString.ts";
import { consistsOf, token } from "./characters.ts";

/** An element of From, To, Contact, Route, Refer-To, P-Asserted-Identity and their like: `"Name" <uri>;params`. */
export interface NameAddr {
    /** Display name without quotes and escapes; absent if there was none. */
    readonly displayName?: string;
    /** The URI as it stood there, of any scheme; {@link parseUri} reads it. */
    readonly uri: string;
    /** Header parameters: those behind `>`, or all of them if the URI stood without brackets (RFC 3261 20.10). */
    readonly params: Params;
}

/** Reads one element. Undefined if brackets, quotes, URI or parameters are broken. */
export function parseNameAddr(text: string): NameAddr | undefined {
    const quotedEnd = text.startsWith('"') ? endOfQuotedString(text, 0) : 0;
    if (quotedEnd === undefined) return undefined;
    const open = text.indexOf("<", quotedEnd);
    if (open === -1) return quotedEnd === 0 ? parseBareAddress(text) : undefined;
    const close = text.indexOf(">", open);
    if (close === -1) return undefined;
    const behind = text.slice(close + 1).trim();
    if (behind !== "" && !behind.startsWith(";")) return undefined;
    const params = parseParams(behind);
    const uri = text.slice(open + 1, close);
    const between = text.slice(quotedEnd, open).trim();
    if (params === undefined || !isAbsoluteUri(uri) || (quotedEnd > 0 && between !== "")) return undefined;
    if (quotedEnd > 0) return { displayName: unquote(text.slice(0, quotedEnd)), uri, params };
    if (between === "") return { uri, params };
    return isUnquotedName(between) ? { displayName: between, uri, params } : undefined;
}

/** The tag of a From or To element. */
export function tagOf(address: NameAddr): string | undefined {
    return address.params.get("tag") ?? undefined;
}

/** Writes the element, always with brackets; a display name is always quoted. */
export function formatNameAddr(address: NameAddr): string {
    const name = address.displayName === undefined ? "" : `${quote(address.displayName)} `;
    return `${name}<${address.uri}>${formatParams(address.params)}`;
}

function parseBareAddress(text: string): NameAddr | undefined {
    const semicolon = text.indexOf(";");
    const uri = (semicolon === -1 ? text : text.slice(0, semicolon)).trim();
    const params = parseParams(semicolon === -1 ? "" : text.slice(semicolon + 1));
    // With "?" or "," in it the URI must stand in brackets: it is unclear where it ends (RFC 3261 20.10).
    if (params === undefined || !isAbsoluteUri(uri) || uri.includes("?") || uri.includes(",")) return undefined;
    return { uri, params };
}

/** True for `scheme:something` without spaces, quotes, brackets and control characters. */
export function isAbsoluteUri(uri: string): boolean {
    const colon = uri.indexOf(":");
    if (colon < 1 || colon === uri.length - 1 || !consistsOf(uri.slice(0, colon), token)) return false;
    for (let at = 0; at < uri.length; at++) {
        const code = uri.charCodeAt(at);
        if (code <= 0x20 || code === 0x22 || code === 0x3c || code === 0x3e || code === 0x7f) return false;
    }
    return true;
}

/** Strictly a sequence of tokens; other characters are let through as long as the element stays unambiguous. */
function isUnquotedName(text: string): boolean {
    return !text.includes('"') && !text.includes(",") && !text.includes(";") && !text.includes(">");
}
