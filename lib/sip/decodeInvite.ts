import type { Sdp } from "../call/vocabulary.ts";
import { type NumberingContext, parsePhoneNumber } from "../numbering/PhoneNumber.ts";
import type { RemoteParty } from "../numbering/RemoteParty.ts";
import { parseSipAddress } from "../numbering/SipAddress.ts";
import type { MediaKind } from "../ports/MediaProxy.ts";
import { sessionDescriptionIn, SYNTHETIC_OFFER } from "./sessionDescription.ts";
import { type NameAddress, parseNameAddress, parseUri, type SipUri, splitValues, tokensOf } from "./sipHeaders.ts";
import { SUPPORTED } from "./sipCapabilities.ts";
import type { HeaderFields, SipHeaders } from "./SipStack.ts";
import type { SipPeer } from "./SipTrunk.ts";

/** An INVITE in the domain's words. */
export interface DecodedInvite {
    readonly kind: "invite";
    readonly caller: RemoteParty;
    /** Whom the Request-URI may mean, likeliest first; at least one. */
    readonly callees: readonly RemoteParty[];
    readonly offer: Sdp;
    readonly media: MediaKind;
    /** `late`: there was no SDP. `offer` is ours, the 200 carries the real offer and the ACK the caller's answer. */
    readonly offerer: "caller" | "late";
    /** The caller insists on reliable provisional responses (RFC 3262). */
    readonly needs100rel: boolean;
}

export interface RefusedInvite {
    readonly kind: "refused";
    readonly status: number;
    readonly reason: string;
    readonly headers: HeaderFields;
}

/** Reads an INVITE that came from `peer`. Pure; whatever a stranger writes gets an answer. */
export function decodeInvite(
    request: { readonly uri: string; readonly headers: SipHeaders; readonly body: string },
    peer: Pick<SipPeer, "trusted" | "defaultCountry">,
): DecodedInvite | RefusedInvite {
    const required = tokensOf(request.headers.get("require"));
    const unsupported = [...required].filter((option) => !SUPPORTED.includes(option));
    // RFC 3261, section 8.2.2.3
    if (unsupported.length > 0) return refused(420, "Bad Extension", { Unsupported: unsupported.join(", ") });
    const callees = calleesOf(request.uri, peer);
    if (callees === "unknown scheme") return refused(416, "Unsupported URI Scheme");
    if (callees.length === 0) return refused(484, "Address Incomplete");
    const from = parseNameAddress(request.headers.get("from") ?? "");
    if (from === undefined) return refused(400, "Bad From Header");
    const description = sessionDescriptionIn(request.headers.get("content-type"), request.body);
    const common = {
        kind: "invite",
        caller: callerOf(request.headers, from, peer),
        callees,
        needs100rel: required.has("100rel"),
    } as const;
    switch (description.kind) {
        case "none":
            return { ...common, offer: SYNTHETIC_OFFER, media: "rtp", offerer: "late" };
        case "given":
            return { ...common, offer: description.sdp, media: description.media, offerer: "caller" };
        case "noAudio":
            // RFC 3261, section 20.43: 304 media type not available
            return refused(488, "Not Acceptable Here", { Warning: '304 localhost "no audio stream"' });
        case "malformed":
            return refused(400, "Bad Session Description");
        case "foreign":
            return refused(415, "Unsupported Media Type", { Accept: "application/sdp" });
    }
}

/**
 * Who calls. An asserted identity counts from a trusted peer only (RFC 3325, section 5); a caller who withholds the
 * identity, by Privacy (RFC 3323) or by an anonymous From, is nobody, whatever else is written.
 */
function callerOf(
    headers: SipHeaders,
    from: NameAddress,
    peer: Pick<SipPeer, "trusted" | "defaultCountry">,
): RemoteParty {
    const privacy = tokensOf(headers.get("privacy"), ";");
    if (["id", "user", "header"].some((kind) => privacy.has(kind)) || isAnonymous(from)) return { kind: "anonymous" };
    const asserted = peer.trusted ? assertedIdentity(headers) : undefined;
    return partyOf(asserted ?? from, peer) ?? { kind: "anonymous" };
}

/** The first sip: identity that can be read, else a tel: one (RFC 3325, section 9.1 allows one of each). */
function assertedIdentity(headers: SipHeaders): NameAddress | undefined {
    const identities = splitValues(headers.get("p-asserted-identity") ?? "")
        .map(parseNameAddress)
        .filter((identity) => identity !== undefined);
    return identities.find(({ uri }) => /^sips?:/i.test(uri)) ?? identities.find(({ uri }) => /^tel:/i.test(uri));
}

/** RFC 3323, section 4.1.1.3; many networks write `anonymous` at their own host. */
function isAnonymous({ uri }: NameAddress): boolean {
    const { user, host } = parseUri(uri) ?? {};
    return host === "anonymous.invalid" || user?.toLowerCase() === "anonymous";
}

function partyOf({ uri, displayName }: NameAddress, context: NumberingContext): RemoteParty | undefined {
    const parsed = parseUri(uri);
    if (parsed === undefined) return undefined;
    const number = numberIn(parsed, context);
    const name = displayName === undefined || displayName === parsed.user ? {} : { displayName };
    if (number !== undefined) return { kind: "number", number, ...name };
    const address = addressIn(parsed);
    return address === undefined ? undefined : { kind: "address", address, ...name };
}

/** A user part of digits is a number first, for that is what phones send; it may still be somebody's name. */
function calleesOf(uri: string, context: NumberingContext): readonly RemoteParty[] | "unknown scheme" {
    const parsed = parseUri(uri);
    if (parsed === undefined) return "unknown scheme";
    const number = numberIn(parsed, context);
    const address = parsed.params.get("user") === "phone" ? undefined : addressIn(parsed);
    return [
        ...(number === undefined ? [] : [{ kind: "number", number } as const]),
        ...(address === undefined ? [] : [{ kind: "address", address } as const]),
    ];
}

/** RFC 3261, section 19.1.6: the user part of a sip: URI may hold a telephone subscriber with its parameters. */
function numberIn(uri: SipUri, context: NumberingContext) {
    const [subscriber = ""] = (uri.user ?? "").split(";");
    const typed = subscriber.replace(/%23/g, "#").replace(/%2B/gi, "+").replace(/%2A/gi, "*");
    const phoneContext = uri.params.get("phone-context");
    // RFC 3966, section 5.1.5: a local number within a global prefix
    const full = !typed.startsWith("+") && phoneContext?.startsWith("+") === true ? `${phoneContext}${typed}` : typed;
    return parsePhoneNumber(full, context);
}

function addressIn({ user, host }: SipUri) {
    return user === undefined || host === undefined ? undefined : parseSipAddress(`${user}@${host}`);
}

function refused(status: number, reason: string, headers: HeaderFields = {}): RefusedInvite {
    return { kind: "refused", status, reason, headers };
}
