import { type NameAddress, parseNameAddress, parseUri, splitValues } from "../sipHeaders.ts";
import type { SipHeaders } from "../SipStack.ts";
import { numberIn } from "./partyOfUri.ts";

/**
 * The asserted identities, most likely first: RFC 3325, section 9.1 allows one sip: or sips: and one tel:. A full number
 * goes before a name, for it is what the callee can call back; otherwise a sip: before a tel:, for it says more.
 */
export function assertedIdentities(headers: SipHeaders): NameAddress[] {
    const rank = ({ uri }: NameAddress): number => {
        const parsed = parseUri(uri);
        if (parsed === undefined) return 3;
        if (numberIn(parsed, {})?.startsWith("+") === true) return 0;
        return parsed.scheme === "tel" ? 2 : 1;
    };
    return splitValues(headers.get("p-asserted-identity") ?? "")
        .map(parseNameAddress)
        .filter((identity) => identity !== undefined)
        .sort((a, b) => rank(a) - rank(b));
}
