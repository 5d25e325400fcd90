import { canonicalHost } from "../numbering/SipAddress.ts";

/** A name-addr or addr-spec with its header parameters (RFC 3261, section 20.10). */
export interface NameAddress {
    /** Without quotes and escapes; undefined if empty. */
    readonly displayName?: string;
    readonly uri: string;
    /** Names in lower case; "" for one without a value. */
    readonly params: ReadonlyMap<string, string>;
}

/** What the bridge reads of a sip:, sips: or tel: URI (RFC 3261 section 19.1, RFC 3966). */
export interface SipUri {
    readonly scheme: "sip" | "sips" | "tel";
    /** With escapes, without password; the number of a tel: URI. */
    readonly user?: string;
    /** As `canonicalHost` writes it, IPv6 in brackets; undefined in a tel: URI. */
    readonly host?: string;
    readonly params: ReadonlyMap<string, string>;
}

/** One value of a Reason header (RFC 3326). */
export interface Reason {
    /** In capitals: `SIP`, `Q.850`. */
    readonly protocol: string;
    readonly cause?: number;
    readonly text?: string;
}

/** The values of a header that may have several: split at `separator` outside of quotes and angle brackets. */
export function splitValues(header: string, separator: "," | ";" = ","): string[] {
    const values: string[] = [];
    let start = 0;
    let inQuotes = false;
    let inBrackets = false;
    for (let i = 0; i < header.length; i++) {
        const char = header[i];
        if (inQuotes) {
            if (char === "\\") i++;
            else if (char === '"') inQuotes = false;
        } else if (char === '"') inQuotes = true;
        else if (char === "<") inBrackets = true;
        else if (char === ">") inBrackets = false;
        else if (char === separator && !inBrackets) {
            values.push(header.slice(start, i));
            start = i + 1;
        }
    }
    values.push(header.slice(start));
    return values.map((value) => value.trim()).filter((value) => value !== "");
}

/** The tokens of Supported, Require, Allow, Privacy, …, in lower case. Undefined is none. */
export function tokensOf(header: string | undefined, separator: "," | ";" = ","): ReadonlySet<string> {
    return new Set(splitValues(header ?? "", separator).map((token) => token.toLowerCase()));
}

/** The first address of a From, To, Contact or identity header, or undefined if there is none. */
export function parseNameAddress(header: string): NameAddress | undefined {
    const [first] = splitValues(header);
    if (first === undefined) return undefined;
    const open = indexOutsideQuotes(first, "<");
    if (open < 0) return bareAddress(first);
    const close = first.indexOf(">", open);
    const uri = close < 0 ? "" : first.slice(open + 1, close).trim();
    if (uri === "") return undefined;
    const displayName = cleanText(unquote(first.slice(0, open).trim()));
    return {
        uri,
        params: parseParams(first.slice(close + 1)),
        ...(displayName !== "" && { displayName }),
    };
}

/** A URI of a scheme the bridge speaks, or undefined. */
export function parseUri(text: string): SipUri | undefined {
    const colon = text.indexOf(":");
    const scheme = text.slice(0, colon).toLowerCase();
    const rest = text.slice(colon + 1);
    switch (scheme) {
        case "tel":
            return parseTelUri(rest);
        case "sip":
        case "sips":
            return parseSipUri(scheme, rest);
        default:
            return undefined;
    }
}

/** All values of a Reason header, in order. Undefined is none. */
export function parseReasons(header: string | undefined): Reason[] {
    return splitValues(header ?? "").map((value) => {
        const [protocol = "", ...rest] = splitValues(value, ";");
        const params = parseParams(`;${rest.join(";")}`);
        const cause = Number.parseInt(params.get("cause") ?? "", 10);
        const text = params.get("text");
        return {
            protocol: protocol.toUpperCase(),
            ...(Number.isInteger(cause) && { cause }),
            ...(text !== undefined && { text }),
        };
    });
}

/** `"Name" <uri>`; the name escaped, and left out if empty. */
export function formatNameAddress(displayName: string | undefined, uri: string): string {
    const name = cleanText(displayName ?? "");
    return name === "" ? `<${uri}>` : `"${name.replace(/["\\]/g, "\\$&")}" <${uri}>`;
}

/** Any text as the user part of a SIP URI (RFC 3261, section 25.1): an account may be named `alice@carrier.example`. */
export function escapeUser(text: string): string {
    return text.toWellFormed().replace(/[^0-9A-Za-z\-_.!~*'()&=+$,;?/]/gu, encodeURIComponent);
}

/** The `;name=value` parameters in `text`, which begins with a semicolon or is blank. */
function parseParams(text: string): ReadonlyMap<string, string> {
    const params = new Map<string, string>();
    for (const param of splitValues(text, ";")) {
        const equals = param.indexOf("=");
        const name = (equals < 0 ? param : param.slice(0, equals)).trim().toLowerCase();
        params.set(name, equals < 0 ? "" : unquote(param.slice(equals + 1).trim()));
    }
    return params;
}

/** Without brackets, parameters belong to the header and not to the URI (RFC 3261, section 20.10). */
function bareAddress(text: string): NameAddress | undefined {
    const semicolon = text.indexOf(";");
    const uri = (semicolon < 0 ? text : text.slice(0, semicolon)).trim();
    if (uri === "" || /\s/.test(uri)) return undefined;
    return { uri, params: parseParams(semicolon < 0 ? "" : text.slice(semicolon)) };
}

function parseTelUri(rest: string): SipUri | undefined {
    const [user, ...params] = rest.split(";");
    if (user === undefined || user === "") return undefined;
    return { scheme: "tel", user, params: parseParams(`;${params.join(";")}`) };
}

function parseSipUri(scheme: "sip" | "sips", rest: string): SipUri | undefined {
    const at = rest.lastIndexOf("@");
    const userinfo = at < 0 ? undefined : rest.slice(0, at);
    const [hostport = "", ...params] = (rest.slice(at + 1).split("?")[0] ?? "").split(";");
    const host = hostport.startsWith("[") ? hostport.slice(0, hostport.indexOf("]") + 1) : hostport.split(":")[0];
    if (host === undefined || host === "") return undefined;
    const user = userinfo?.split(":")[0];
    return {
        scheme,
        host: canonicalHost(host) ?? host.toLowerCase(),
        params: parseParams(`;${params.join(";")}`),
        ...(user !== undefined && user !== "" && { user }),
    };
}

function indexOutsideQuotes(text: string, wanted: string): number {
    let inQuotes = false;
    for (let i = 0; i < text.length; i++) {
        const char = text[i];
        if (inQuotes && char === "\\") i++;
        else if (char === '"') inQuotes = !inQuotes;
        else if (char === wanted && !inQuotes) return i;
    }
    return -1;
}

function unquote(text: string): string {
    if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) return text;
    return text.slice(1, -1).replace(/\\(.)/g, "$1");
}

/** Names are shown to people and go into headers: no control characters or line ends, nothing unseen, no bidirectional overrides. */
function cleanText(text: string): string {
    const seen = text.replace(/[\p{Cc}\u200B\u2028-\u202E\u2060\u2066-\u2069\uFEFF]+/gu, " ").trim();
    // by characters, for half of one is no text to a homeserver
    return seen.length <= MAX_NAME_LENGTH ? seen : Array.from(seen).slice(0, MAX_NAME_LENGTH).join("");
}

const MAX_NAME_LENGTH = 100;
