import type { CountryCode, PhoneNumber } from "../numbering/PhoneNumber.ts";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { DigestCredentials } from "./digest.ts";

/** A PBX, carrier or proxy that calls are exchanged with. Plain data: the composition root makes it of the config. */
export interface SipTrunk {
    readonly name: string;
    /** Host of the URIs in Request-URI and To, with port where it is not the default one; IPv6 in brackets. */
    readonly domain: string;
    /** Where requests are sent, a SIP URI: `sip:192.0.2.1:5060;transport=tcp`. Left out, the Request-URI says it. */
    readonly nextHop?: string;
    /** `sips` asks for TLS on the whole way (RFC 3261, section 26.2.2). */
    readonly scheme: "sip" | "sips";
    /** Host of the URIs in From and P-Asserted-Identity; left out, the SIP server puts its own address. */
    readonly fromDomain?: string;
    readonly credentials?: DigestCredentials;
    /** How E.164 numbers are written: `+442071838750`, or `442071838750`. */
    readonly numberFormat: "plus" | "digits";
    readonly callerId: CallerIdRules;
    /** The peer belongs to our trust domain (RFC 3325): identities are asserted to it, and believed from it. */
    readonly trusted: boolean;
    /** Headers to add to each INVITE. */
    readonly headers: Readonly<Record<string, string>>;
    /** Contacts of a 3xx are tried. */
    readonly followsRedirects: boolean;
    /** Calls at once, in both directions. */
    readonly maxCalls: number;
    /** Addresses and networks (CIDR) the peer calls from. */
    readonly addresses: readonly string[];
    /** The numbering plan of numbers without `+` that come from it. */
    readonly defaultCountry?: CountryCode;
}

/** Whose number a called phone is shown. */
export interface CallerIdRules {
    readonly byUser: ReadonlyMap<MatrixUserId, PhoneNumber>;
    /** For everybody else; left out, they call anonymously. */
    readonly fallback?: PhoneNumber;
}
