import {
    consistsOf,
    escapesAreWhole,
    paramCharacter,
    passwordCharacter,
    phoneCharacter,
    uriHeaderCharacter,
    userCharacter,
} from "./characters.ts";
import { formatHostPort, parseHostPort } from "./hostPort.ts";
import { formatParams, type Params, parseParams } from "./params.ts";

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

/** Reads a sip:, sips: or tel: URI (an addr-spec, no angle brackets). Undefined for other schemes and for what breaks the grammar. */
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
    const userinfo = at === -1 ? undefined : parseUserinfo(text.slice(0, at));
    if (at !== -1 && userinfo === undefined) return undefined;
    const question = text.indexOf("?", at + 1);
    const headers = question === -1 ? undefined : text.slice(question + 1);
    if (headers !== undefined && !(consistsOf(headers, uriHeaderCharacter) && escapesAreWhole(headers))) {
        return undefined;
    }
    const main = text.slice(at + 1, question === -1 ? undefined : question);
    const semicolon = main.indexOf(";");
    const hostPort = parseHostPort(semicolon === -1 ? main : main.slice(0, semicolon));
    const params = parseUriParams(semicolon === -1 ? "" : main.slice(semicolon + 1));
    if (hostPort === undefined || params === undefined) return undefined;
    return { scheme, ...userinfo, ...hostPort, params, ...(headers === undefined ? {} : { headers }) };
}

function parseUserinfo(text: string): { user: string; password?: string } | undefined {
    const colon = text.indexOf(":");
    const user = colon === -1 ? text : text.slice(0, colon);
    if (!consistsOf(user, userCharacter) || !escapesAreWhole(user)) return undefined;
    if (colon === -1) return { user };
    const password = text.slice(colon + 1);
    if (password !== "" && !(consistsOf(password, passwordCharacter) && escapesAreWhole(password))) return undefined;
    return { user, password };
}

function parseTelParts(text: string): TelUri | undefined {
    const semicolon = text.indexOf(";");
    const number = semicolon === -1 ? text : text.slice(0, semicolon);
    const params = parseUriParams(semicolon === -1 ? "" : text.slice(semicolon + 1));
    return params === undefined || !consistsOf(number, phoneCharacter) ? undefined : { scheme: "tel", number, params };
}

function parseUriParams(text: string): Params | undefined {
    const params = parseParams(text, paramCharacter);
    for (const value of params?.values() ?? []) {
        if (value !== null && !(consistsOf(value, paramCharacter) && escapesAreWhole(value))) return undefined;
    }
    return params;
}
