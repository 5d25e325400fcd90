import type { MediaTransport, Sdp } from "../../call/vocabulary.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { type CallerIdentity, identifyCaller } from "../identity/identifyCaller.ts";
import type { ScreenCaller } from "../identity/OwnIdentities.ts";
import { addressIn, numberIn } from "../identity/partyOfUri.ts";
import { readPrivacy } from "../identity/privacy.ts";
import { type NetworkContext, readNetworkContext } from "../ims/NetworkContext.ts";
import { isProtectedAs } from "../../sdp/PartyDescription.ts";
import { SYNTHETIC_OFFER } from "../../sdp/syntheticOffer.ts";
import { ACCEPTED_DESCRIPTIONS, sessionDescriptionIn } from "../sessionDescription.ts";
import { fromOf } from "../identity/fromHeader.ts";
import { parseUri, type SipUri, tokensOf } from "../sipHeaders.ts";
import { unsupportedOf } from "../sipCapabilities.ts";
import type { HeaderFields, IncomingRequest } from "../SipStack.ts";
import type { SipPeer } from "../SipTrunk.ts";
import { parseReplaces, type Replaces } from "../transfer/replaces.ts";

/** An INVITE in the domain's words. */
export interface DecodedInvite extends CallerIdentity {
    readonly kind: "invite";
    readonly network: NetworkContext;
    /** Whom the Request-URI may mean, most likely first; at least one, unless the call replaces another one. */
    readonly callees: readonly RemoteParty[];
    readonly offer: Sdp;
    readonly media: MediaTransport;
    /** `late`: there was no SDP. `offer` is ours, the 200 carries the real offer and the ACK the caller's answer. */
    readonly offerer: "caller" | "late";
    /** The caller insists on reliable provisional responses (RFC 3262). */
    readonly needs100rel: boolean;
    /** The dialog that the caller wants to take over (RFC 3891). */
    readonly replaces: Replaces | undefined;
}

export interface RefusedInvite {
    readonly kind: "refused";
    readonly status: number;
    readonly reason: string;
    readonly headers: HeaderFields;
}

/** Reads an INVITE that came from `peer`. Pure; returns a response for every INVITE that it cannot read. */
export function decodeInvite(
    request: Pick<IncomingRequest, "uri" | "headers" | "body" | "source">,
    peer: Pick<SipPeer, "trusted" | "defaultCountry" | "shortCodes" | "stripPrefix" | "charging" | "minimumMedia">,
    screen: ScreenCaller,
): DecodedInvite | RefusedInvite {
    const required = tokensOf(request.headers.get("require"));
    const unsupported = unsupportedOf(request.headers.get("require"));
    if (unsupported.length > 0) return refused(420, "Bad Extension", { Unsupported: unsupported.join(", ") });
    if (isInsecure(request)) {
        // RFC 5630, section 5.4: the URI asks for TLS on every hop, and ours is not
        return refused(480, "Temporarily Unavailable", { Warning: '380 localhost "SIPS Not Allowed"' });
    }
    const callees = calleesOf(request.uri, peer);
    if (callees === "unknown scheme") return refused(416, "Unsupported URI Scheme");
    const named = request.headers.get("replaces");
    const replaces = named === undefined ? undefined : parseReplaces(named);
    if (named !== undefined && replaces === undefined) return refused(400, "Bad Replaces Header");
    const from = fromOf(request.headers);
    if (from === undefined) return refused(400, "Bad From Header");
    const privacy = readPrivacy(request.headers.get("privacy"));
    if (privacy.unmet.length > 0) {
        // RFC 3323, section 5: the phrase names what cannot be given, as far as there is room
        return refused(500, `Privacy Failure: ${privacy.unmet.join(", ").slice(0, 100)}`);
    }
    const { minimumMedia = "rtp" } = peer;
    const description = sessionDescriptionIn(request);
    const common = {
        kind: "invite",
        ...identifyCaller(request.headers, from, privacy, peer, screen),
        network: readNetworkContext(request.headers, peer),
        callees,
        needs100rel: required.has("100rel"),
        replaces,
    } as const;
    switch (description.kind) {
        case "none":
            // our offer of plain RTP, the only one there can be without the caller's
            if (!isProtectedAs("rtp", minimumMedia)) return UNPROTECTED;
            return { ...common, offer: SYNTHETIC_OFFER, media: "rtp", offerer: "late" };
        case "given":
            if (!isProtectedAs(description.media, minimumMedia)) return UNPROTECTED;
            return { ...common, offer: description.sdp, media: description.media, offerer: "caller" };
        case "noAudio":
            // RFC 3261, section 20.43: 304 media type not available
            return refused(488, "Not Acceptable Here", { Warning: '304 localhost "no audio stream"' });
        case "malformed":
            return refused(400, "Bad Session Description");
        case "foreign":
        case "encoded":
            return refused(415, "Unsupported Media Type", ACCEPTED_DESCRIPTIONS);
    }
}

/** Returns what a Request-URI may mean, most likely first: a user part of digits is a number first, as phones send it, and then a name. */
export function calleesOf(
    uri: string,
    peer: Pick<SipPeer, "defaultCountry" | "shortCodes" | "stripPrefix">,
): readonly RemoteParty[] | "unknown scheme" {
    const parsed = parseUri(uri);
    if (parsed === undefined) return "unknown scheme";
    const number = numberIn(withoutPrefix(parsed, peer.stripPrefix), peer);
    const address = parsed.params.get("user") === "phone" ? undefined : addressIn(parsed);
    return [
        ...(number === undefined ? [] : [{ kind: "number", number } as const]),
        ...(address === undefined ? [] : [{ kind: "address", address } as const]),
    ];
}

function withoutPrefix(uri: SipUri, prefix = ""): SipUri {
    const { user = "" } = uri;
    return user.startsWith(prefix) ? { ...uri, user: user.slice(prefix.length) } : uri;
}

function isInsecure({ uri, source }: Pick<IncomingRequest, "uri" | "source">): boolean {
    return /^sips:/i.test(uri) && !["tls", "wss"].includes(source.protocol.toLowerCase());
}

function refused(status: number, reason: string, headers: HeaderFields = {}): RefusedInvite {
    return { kind: "refused", status, reason, headers };
}

/** RFC 3261, section 20.43: 302 incompatible transport protocol. */
const UNPROTECTED = refused(488, "Not Acceptable Here", { Warning: '302 localhost "media not protected as agreed"' });
