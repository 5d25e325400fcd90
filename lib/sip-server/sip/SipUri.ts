import { isOpaque } from "./characters.ts";
import { formatHostPort, parseHostPort } from "./hostPort.ts";
import { formatParams, type Params } from "./params.ts";

/** A sip: or sips: URI (RFC 3261 19.1). */
export interface SipUri {
    readonly scheme: "sip" | "sips";
    /** As on the wire, with its `%` escapes and user parameters; {@link unescapeUriPart} gives the text. */
    readonly user?: string;
    readonly password?: string;
    /** Name in lower case, IPv4, or IPv6 without its brackets. */
    readonly host: string;
    readonly port?: number;
    readonly params: Params;
    /** What follows `?`, as on the wire. */
    readonly headers?: string;
}

/** A tel: URI (RFC 3966). `number` as on the wire, with its visual separators. */
export interface TelUri {
    readonly scheme: "tel";
    readonly number: string;
    readonly params: Params;
}

/**
 * Reads a sip:, sips: or tel: URI (an addr-spec, no angle brackets). Only scheme, host and port have to keep to the grammar:
 * user, parameters and headers are any text without white space, quotes and angle brackets. Undefined for other schemes.
 */
export function parseUri(text: string): SipUri | TelUri | undefined {
    const colon = text.indexOf(":");
    const scheme = text.slice(0, Math.max(0, colon)).toLowerCase();
    const rest = text.slice(colon + 1);
    switch (scheme) {
        case "sip":
        case "sips":
            return parseSipParts(scheme, rest);
        case "tel":
            return parseTelParts(rest);
        default:
            return undefined;
    }
}

/** {@link parseUri} for where only sip: and sips: will do. */
export function parseSipUri(text: string): SipUri | undefined {
    const uri = parseUri(text);
    return uri?.scheme === "tel" ? undefined : uri;
}

/** The URI as an addr-spec. Parts are written as they are: free text for `user` must be escaped first. */
export function formatUri(uri: SipUri | TelUri): string {
    if (uri.scheme === "tel") return `tel:${uri.number}${formatParams(uri.params)}`;
    const password = uri.password === undefined ? "" : `:${uri.password}`;
    const userinfo = uri.user === undefined ? "" : `${uri.user}${password}@`;
    const headers = uri.headers === undefined ? "" : `?${uri.headers}`;
    return `${uri.scheme}:${userinfo}${formatHostPort(uri)}${formatParams(uri.params)}${headers}`;
}

function parseSipParts(scheme: "sip" | "sips", text: string): SipUri | undefined {
    // The user part may hold ";" and "?", so it is cut off first; "@" can stand nowhere else unescaped.
    const at = text.indexOf("@");
    const question = text.indexOf("?", at + 1);
    const headers = question === -1 ? undefined : text.slice(question + 1);
    const main = text.slice(at + 1, question === -1 ? undefined : question);
    const semicolon = main.indexOf(";");
    const hostPort = parseHostPort(withoutEmptyPort(semicolon === -1 ? main : main.slice(0, semicolon)));
    if (hostPort === undefined || !isOpaque(text)) return undefined;
    const params = readUriParams(semicolon === -1 ? "" : main.slice(semicolon + 1));
    const userinfo = at === -1 ? {} : readUserinfo(text.slice(0, at));
    return { scheme, ...userinfo, ...hostPort, params, ...(headers === undefined ? {} : { headers }) };
}

function readUserinfo(text: string): { user?: string; password?: string } {
    if (text === "") return {};
    const colon = text.indexOf(":");
    return colon === -1 ? { user: text } : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function withoutEmptyPort(text: string): string {
    return text.endsWith(":") ? text.slice(0, -1) : text;
}

function parseTelParts(text: string): TelUri | undefined {
    const [number = "", ...params] = text.split(";");
    return number === "" || !isOpaque(text)
        ? undefined
        : { scheme: "tel", number, params: readUriParams(params.join(";")) };
}

/** Parameters are only sent back, but for a few that are looked up by name: any text will do. */
function readUriParams(text: string): Params {
    const params: Params = new Map();
    for (const part of text.split(";")) {
        if (part === "") continue;
        const equals = part.indexOf("=");
        const name = (equals < 1 ? part : part.slice(0, equals)).toLowerCase();
        if (!params.has(name)) params.set(name, equals < 1 ? null : part.slice(equals + 1));
    }
    return params;
}
