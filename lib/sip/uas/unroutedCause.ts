import { foldTypedText } from "../../numbering/foldTypedText.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { userOf } from "../../numbering/SipAddress.ts";
import { unescapeUser } from "../identity/partyOfUri.ts";

/** A plus makes digits an international number, and no name. */
const INTERNATIONAL = /^\+[0-9]*$/;

/**
 * Returns why a call reaches no user: 484 (Address Incomplete) for a Request-URI without a user and for an international
 * number that `parsePhoneNumber` cannot read, such as `+0442071838750` in Germany, and 404 for all others.
 * @param callees what the Request-URI may mean, most likely first
 */
export function unroutedCause([first]: readonly RemoteParty[]): "badAddress" | "notFound" {
    if (first === undefined) return "badAddress";
    if (first.kind !== "address") return "notFound";
    return INTERNATIONAL.test(foldTypedText(unescapeUser(userOf(first.address)))) ? "badAddress" : "notFound";
}
