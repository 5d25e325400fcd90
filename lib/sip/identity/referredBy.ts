import { parseNameAddress, parseUri } from "../sipHeaders.ts";
import type { SipHeaders } from "../SipStack.ts";

const MAX_LENGTH = 512;

/** The URI in Referred-By (RFC 3892), which the sender of a REFER may choose freely; undefined without a valid one. */
export function readReferredBy(headers: SipHeaders): string | undefined {
    const uri = parseNameAddress(headers.get("referred-by") ?? "")?.uri;
    return uri === undefined || uri.length > MAX_LENGTH || parseUri(uri) === undefined ? undefined : uri;
}
