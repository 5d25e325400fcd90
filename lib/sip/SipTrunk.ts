import type { MediaTransport } from "../call/vocabulary.ts";
import type { CountryCode, PhoneNumber } from "../numbering/PhoneNumber.ts";
import type { ShortCodes } from "../numbering/ShortCodes.ts";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { NumberFormat } from "../numbering/NumberFormat.ts";
import type { VideoPermission } from "../ports/MediaProxy.ts";
import type { DigestCredentials } from "./digest/DigestClient.ts";

/**
 * How a peer sends and receives DTMF digits. `rtp`: RTP events (RFC 4733). `info`: SIP INFO. `auto`: both are received; digits
 * are sent as RTP events if the call has them, otherwise by INFO if the peer allows it.
 */
export type DtmfSetting = "auto" | "rtp" | "info";

/** Somebody who may call in. Plain data, as `SipTrunk`: the composition root makes both of the configuration. */
export interface SipPeer {
    readonly name: string;
    /** Addresses and networks (CIDR) its requests come from. */
    readonly addresses: readonly string[];
    /** The peer belongs to our trust domain (RFC 3325): identities from it are trusted, and identities are asserted to it. */
    readonly trusted: boolean;
    /** The numbering plan of numbers without `+` that come from it. */
    readonly defaultCountry?: CountryCode;
    /** Codes that are never completed with a country code. */
    readonly shortCodes?: ShortCodes;
    /** Calls to it, and answers to it, carry a P-Charging-Vector; `ioi` is our name among operators (RFC 7315, section 4.6). */
    readonly charging?: { readonly ioi?: string };
    /** What it is asked for when it calls in, which it then may from any address. Left out, its address is enough. */
    readonly inboundAuth?: {
        readonly username: string;
        readonly password: string;
        /** Accepts digest credentials without qop (RFC 2069). */
        readonly allowsLegacyDigest?: boolean;
    };
    /** What our requests to it are signed with if it asks for that. */
    readonly credentials?: DigestCredentials;
    /** The least protected media its calls may come with. Left out, any will do. */
    readonly minimumMedia?: MediaTransport;
    /** Whether calls with it can have video. */
    readonly video?: VideoPermission;
    /** Digits its network puts before called numbers, to be taken off. */
    readonly stripPrefix?: string;
    /** Maximum number of calls at the same time, in both directions. `Infinity`: unlimited. */
    readonly maxCalls: number;
    /** How digits reach it and come from it; `auto` if left out. */
    readonly dtmf?: DtmfSetting;
    /**
     * Whether it can transfer its calls, by REFER or INVITE with Replaces; left out, it cannot. `refer`: it is also asked by REFER to
     * carry out transfers of Matrix users between its own parties.
     */
    readonly transfers?: "allow" | "refer";
    /** How fast it may place calls here, on average. Left out, as fast as it likes. */
    readonly callsPerSecond?: number;
}

/** One of the places a trunk is reached at. */
export interface TrunkAddress {
    /** Host of the URIs in Request-URI and To, with port where it is not the default one; IPv6 in brackets. */
    readonly domain: string;
    /** Where requests are sent, a SIP URI: `sip:192.0.2.1:5060;transport=tcp`. Left out, the Request-URI says it. */
    readonly nextHop?: string;
}

/** A PBX, carrier or proxy that is called as well; with its first address. */
export interface SipTrunk extends SipPeer, TrunkAddress {
    /** `sips` asks for TLS on the whole way (RFC 3261, section 26.2.2). */
    readonly scheme: "sip" | "sips";
    /** Where a call is tried next if an address takes none, in this order. */
    readonly alternatives?: readonly TrunkAddress[];
    /** Ms an address may leave an INVITE without any response, 100 included, until the next one is tried. As of `OutgoingRequest`. */
    readonly answerMs?: number;
    /** Ms between two probes of each address by OPTIONS; left out, it is never probed. */
    readonly probeMs?: number;
    /** Host of the URIs in From and P-Asserted-Identity; left out, the SIP server puts its own address. */
    readonly fromDomain?: string;
    /** We register with it, for so long at a time as it grants. */
    readonly register?: { readonly seconds: number };
    readonly numberFormat: NumberFormat;
    /** Digits to dial before every number: for an outside line, or to choose a tariff. */
    readonly dialPrefix: string;
    /** How the Request-URI names a called number: `sip:+44…@domain;user=phone`, the same without the parameter, or `tel:+44…`. */
    readonly numberUri: "sip-phone" | "sip" | "tel";
    readonly callerId: CallerIdRules;
    /** User part of From: the caller ID, or the account, with the caller ID in the identity headers only. */
    readonly fromUser: "caller" | "account";
    readonly callerName: CallerNameRules;
    /** How its media is transported; `rtp` if left out. */
    readonly media?: MediaTransport;
    /** The headers that tell it who calls. */
    readonly identity: readonly IdentityHeader[];
    /** Headers to add to each INVITE; they cannot replace those a call needs. */
    readonly headers: Readonly<Record<string, string>>;
    /** Whether Matrix callers are connected with its early media; `ignore` if left out. */
    readonly earlyMedia?: "ignore" | "answer";
    /** Whether the contacts of a 3xx are tried. */
    readonly followsRedirects: boolean;
}

/** The caller ID that a called phone is shown. */
interface CallerIdRules {
    readonly byUser: ReadonlyMap<MatrixUserId, CallerIdRule>;
    /** For everybody else. */
    readonly fallback?: CallerIdRule;
    /** The user part of From where there is no number: the account's name. Left out, the caller is anonymous. */
    readonly account?: string;
}

/** Which display names of callers are sent. */
export interface CallerNameRules {
    /** `none`: no display names of Matrix users. `ascii`: without accents and other scripts. */
    readonly style: "none" | "ascii" | "full";
    /** In characters; longer names are cut. */
    readonly maxLength: number;
}

/**
 * The headers in addition to From that tell a trunk who calls: by P-Asserted-Identity within a trust domain (RFC 3325, section 9.1), by
 * P-Preferred-Identity where it is the trunk that asserts (section 9.2), or by Remote-Party-ID as older PBXs read it.
 */
export type IdentityHeader = "asserted" | "preferred" | "remote-party-id";

/** A number to be shown, or none: the caller is withheld from the callee, yet told to the trunk where it is given one. */
type CallerIdRule = PhoneNumber | "anonymous";
