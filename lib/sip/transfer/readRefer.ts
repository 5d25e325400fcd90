import { readReferredBy } from "../identity/referredBy.ts";
import { parseNameAddress, parseUri, splitValues, tokensOf } from "../sipHeaders.ts";
import { unsupportedOf } from "../sipCapabilities.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";
import { parseReplaces, type Replaces } from "./replaces.ts";

/** A REFER that can be carried out (RFC 3515). */
export interface Refer {
    readonly kind: "refer";
    /** The URI of Refer-To, without its headers. */
    readonly uri: string;
    /** The call that the target is to give up for this one: an attended transfer (RFC 5589, section 7). */
    readonly replaces: Replaces | undefined;
    /** Whether the peer is notified of the result (RFC 4488). */
    readonly subscription: "wanted" | "unwanted";
    /** The URI in Referred-By (RFC 3892). */
    readonly referredBy: string | undefined;
}

export interface RefusedRefer {
    readonly kind: "refused";
    readonly response: OutgoingResponse;
}

const MAX_URI_LENGTH = 512;

/** Reads a REFER. Pure; returns a response for every one that the bridge cannot carry out. */
export function readRefer({ headers }: Pick<IncomingRequest, "headers">): Refer | RefusedRefer {
    const unsupported = unsupportedOf(headers.get("require"));
    if (unsupported.length > 0) return refused({ status: 420, headers: { Unsupported: unsupported.join(", ") } });
    const target = referTo(headers.get("refer-to") ?? "");
    if (target === undefined) return refused({ status: 400, reason: "Bad Refer-To Header" });
    const parsed = parseUri(target.uri);
    // RFC 3515, section 2.4.2: another scheme or method is not carried out
    const method = parsed?.params.get("method") ?? "INVITE";
    if (parsed === undefined || method.toUpperCase() !== "INVITE") return refused({ status: 603 });
    const named = target.headers.get("replaces");
    const replaces = named === undefined ? undefined : parseReplaces(named);
    if (named !== undefined && replaces === undefined) return refused({ status: 400, reason: "Bad Replaces Header" });
    const isUnwanted = tokensOf(headers.get("refer-sub")).has("false");
    return {
        kind: "refer",
        uri: target.uri,
        replaces,
        subscription: isUnwanted ? "unwanted" : "wanted",
        referredBy: readReferredBy(headers),
    };
}

function refused(response: OutgoingResponse): RefusedRefer {
    return { kind: "refused", response };
}

/** The URI of Refer-To and its headers. There is exactly one (RFC 3515, section 2.4.2). */
function referTo(header: string): { readonly uri: string; readonly headers: ReadonlyMap<string, string> } | undefined {
    const isBare = !header.includes("<");
    if (!isBare && splitValues(header).length !== 1) return undefined;
    // some phones leave out the brackets, also of a URI with parameters
    const whole = isBare ? header.trim() : parseNameAddress(header)?.uri;
    if (whole === undefined || whole === "" || /\s/.test(whole)) return undefined;
    const [uri = "", query = ""] = whole.split("?", 2);
    if (uri.length > MAX_URI_LENGTH) return undefined;
    const headers = query.split("&").flatMap((field): (readonly [string, string])[] => {
        const equals = field.indexOf("=");
        const value = equals < 0 ? undefined : decoded(field.slice(equals + 1));
        return value === undefined ? [] : [[field.slice(0, equals).toLowerCase(), value]];
    });
    return { uri, headers: new Map(headers) };
}

function decoded(text: string): string | undefined {
    try {
        return decodeURIComponent(text);
    } catch {
        return undefined;
    }
}
