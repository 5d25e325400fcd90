import { consistsOf, token } from "./characters.ts";
import { formatNameAddr, isAbsoluteUri, type NameAddr, parseNameAddr } from "./NameAddr.ts";
import { readParams } from "./params.ts";
import { parseUri } from "./SipUri.ts";
import { indexOfOpenBracket, splitOutsideQuotes } from "./splitList.ts";

/**
 * Reads one element as a peer sent it: like {@link parseNameAddr}, but a broken display name or parameter does not hide the
 * URI and the other parameters. Undefined if there is no URI. Linear in the length.
 */
export function readNameAddr(text: string): NameAddr | undefined {
    return parseNameAddr(text) ?? readBracketed(text) ?? readBare(text);
}

/** The tag of a From or To value, also if its address cannot be read. Undefined without one; an empty tag is none. */
export function readTag(text: string): string | undefined {
    const address = readNameAddr(text);
    const params = address?.params ?? readParams(splitOutsideQuotes(text, ";").slice(1).join(";"));
    const tag = params.get("tag") ?? "";
    return tag === "" || tag === '""' ? undefined : tag;
}

/** The element written by the grammar, as {@link readNameAddr} understood it; undefined if it has no URI. */
export function repairNameAddr(text: string): string | undefined {
    if (parseNameAddr(text) !== undefined) return text;
    const address = readNameAddr(text);
    if (address === undefined) return undefined;
    // Without the parameters that cannot be read: an open quote among them would hide what is added behind.
    const params = new Map([...address.params].filter(([name, value]) => value !== null || consistsOf(name, token)));
    return formatNameAddr({ ...address, params });
}

function readBracketed(text: string): NameAddr | undefined {
    const open = indexOfOpenBracket(text);
    const outside = open === -1 ? undefined : bracketsWithUri(text, open, "first");
    // a quote that never closes turns quotes inside out: `"Joe" Smith" <sip:a@b>;x="<urn:y>"`
    const isMisled = outside === undefined || !isDialable(outside.uri);
    const brackets = isMisled
        ? (bracketsWithUri(text, 0, "firstDialable") ?? outside ?? bracketsWithUri(text, 0, "last"))
        : outside;
    if (brackets === undefined) return undefined;
    const before = text.slice(0, brackets.open).trim();
    // `sip:a@b;x=<u>`: the brackets belong to a parameter of an address without brackets.
    const first = before.split(";")[0] ?? "";
    if (first !== before && parseUri(first.trim()) !== undefined) return undefined;
    const displayName = readDisplayName(before);
    const behind = text.slice(brackets.close + 1);
    const semicolon = behind.indexOf(";");
    return {
        ...(displayName === "" ? {} : { displayName }),
        uri: brackets.uri,
        params: readParams(semicolon === -1 ? "" : behind.slice(semicolon + 1)),
    };
}

interface Brackets {
    readonly open: number;
    readonly close: number;
    readonly uri: string;
}

function isDialable(uri: string): boolean {
    return /^(?:sips?|tel):/i.test(uri);
}

/** The first or last pair of brackets from there on that has a URI in it, or the first that has one that can be called. */
function bracketsWithUri(text: string, from: number, which: "first" | "firstDialable" | "last"): Brackets | undefined {
    let found: Brackets | undefined;
    let start = from;
    for (let close = text.indexOf(">", start); close !== -1; close = text.indexOf(">", start)) {
        const inner = text.slice(start, close);
        const open = inner.lastIndexOf("<");
        const uri = inner.slice(open + 1).trim();
        if (open !== -1 && isAbsoluteUri(uri)) {
            const pair = { open: start + open, close, uri };
            if (which === "first" || (which === "firstDialable" && isDialable(uri))) return pair;
            if (which === "last") found = pair;
        }
        start = close + 1;
    }
    return found;
}

function readBare(text: string): NameAddr | undefined {
    const [uri = "", ...params] = splitOutsideQuotes(text, ";");
    // With "?" or "," in it the URI must stand in brackets: it is unclear where it ends (RFC 3261 20.10).
    if (!isAbsoluteUri(uri) || uri.includes("?") || uri.includes(",")) return undefined;
    return { uri, params: readParams(params.join(";")) };
}

/** Without quotes and escapes, wherever they stand: `""unknown""` is unknown. */
function readDisplayName(text: string): string {
    let name = "";
    for (let at = 0; at < text.length; at++) {
        const char = text.charAt(at);
        if (char === "\\") name += text.charAt(++at);
        else if (char !== '"') name += char;
    }
    return name.trim();
}
