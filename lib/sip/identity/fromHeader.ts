import { type NameAddress, parseNameAddress, parseUri, type SipUri } from "../sipHeaders.ts";
import type { SipHeaders } from "../SipStack.ts";

/** Parses the From header, which any sender can write: it says who the caller is only after `identifyCaller`. */
export function fromOf(headers: SipHeaders): NameAddress | undefined {
    return parseNameAddress(headers.get("from") ?? "");
}

/** The URI in the From header, if it is of a scheme the bridge speaks. */
export function fromUriOf(headers: SipHeaders): SipUri | undefined {
    return parseUri(fromOf(headers)?.uri ?? "");
}

/** What a user agent asks its own proxy to assert (RFC 3325, section 9.2); says who the caller is only with a password. */
export function preferredIdentityOf(headers: SipHeaders): NameAddress | undefined {
    return parseNameAddress(headers.get("p-preferred-identity") ?? "");
}
