import { consistsOf, isOpaque, token } from "./characters.ts";
import { formatParams, type Params, parseParams } from "./params.ts";
import { endOfQuotedString, quote, unquote } from "./quotedString.ts";
import { indexOfOpenBracket } from "./splitList.ts";

/** An element of From, To, Contact, Route, Refer-To, P-Asserted-Identity and their like: `"Name" <uri>;params`. */
export interface NameAddr {
    /** Display name without quotes and escapes; absent if there was none. */
    readonly displayName?: string;
    /** The URI as it stood there, of any scheme; {@link parseUri} reads it. */
    readonly uri: string;
    /** Header parameters: those behind `>`, or all of them if the URI stood without brackets (RFC 3261 20.10). */
    readonly params: Params;
}

/** Parses one element by the grammar: for what we send. Undefined if brackets, quotes, URI or parameters are broken. */
export function parseNameAddr(text: string): NameAddr | undefined {
    const open = indexOfOpenBracket(text);
    if (open === -1) return parseBareAddress(text);
    const close = text.indexOf(">", open);
    if (close === -1) return undefined;
    const behind = text.slice(close + 1).trim();
    if (behind !== "" && !behind.startsWith(";")) return undefined;
    const params = parseParams(behind);
    const uri = text.slice(open + 1, close);
    if (params === undefined || !isAbsoluteUri(uri)) return undefined;
    const name = text.slice(0, open).trim();
    if (name === "") return { uri, params };
    if (name.startsWith('"')) {
        return endOfQuotedString(name, 0) === name.length ? { displayName: unquote(name), uri, params } : undefined;
    }
    return isUnquotedName(name) ? { displayName: name, uri, params } : undefined;
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
    return isOpaque(uri);
}

/** Strictly a sequence of tokens; other characters are let through as long as the element stays unambiguous. */
function isUnquotedName(text: string): boolean {
    return !text.includes('"') && !text.includes(",") && !text.includes(";") && !text.includes(">");
}
