import { type NumberingContext, parsePhoneNumber, type PhoneNumber } from "../../numbering/PhoneNumber.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { parseSipAddress, type SipAddress } from "../../numbering/SipAddress.ts";
import { subscriberText } from "../../numbering/subscriberText.ts";
import type { SipUri } from "../sipHeaders.ts";

/** The party that a URI names: a number first, because that is what phones send. Undefined if it names none. */
export function partyOfUri(
    uri: SipUri,
    context: NumberingContext,
): Exclude<RemoteParty, { readonly kind: "anonymous" }> | undefined {
    const number = numberIn(uri, context);
    if (number !== undefined) return { kind: "number", number };
    const address = addressIn(uri);
    return address === undefined ? undefined : { kind: "address", address };
}

export function numberIn(uri: SipUri, context: NumberingContext): PhoneNumber | undefined {
    const [subscriber = ""] = (uri.user ?? "").split(";");
    const typed = subscriberText(unescapeUser(subscriber));
    const phoneContext = subscriberParam(uri, "phone-context");
    // RFC 3966, section 5.1.5: a local number within a global prefix; a short code there is no full number with it
    const isLocal = !typed.startsWith("+") && phoneContext?.startsWith("+") === true;
    const full = isLocal ? parsePhoneNumber(`${phoneContext}${typed}`, context) : undefined;
    return full ?? parsePhoneNumber(typed, context);
}

export function addressIn({ user, host }: SipUri): SipAddress | undefined {
    if (user === undefined || host === undefined || isNowhere(host)) return undefined;
    return parseSipAddress(`${user.replace(VERSTAT, "")}@${host}`);
}

/**
 * A parameter of the telephone subscriber: of a tel: URI, or of the user part of a sip: URI (RFC 3261, section 19.1.6);
 * many networks write it behind the host instead. In the words of the sender.
 */
export function subscriberParam({ user, params }: SipUri, name: string): string | undefined {
    const [, ...ofUser] = (user ?? "").split(";");
    for (const param of ofUser) {
        const [key = "", value = ""] = param.split("=");
        if (key.toLowerCase() === name) return value;
    }
    return params.get(name);
}

/** Without its escapes (RFC 3261, section 19.1.4); as it is if they are not UTF-8. */
export function unescapeUser(user: string): string {
    try {
        return decodeURIComponent(user);
    } catch {
        return user;
    }
}

/** RFC 2606: `anonymous.invalid`, `unknown.invalid` (RFC 3398) and similar hosts are not addresses. */
function isNowhere(host: string): boolean {
    return host === "invalid" || host.endsWith(".invalid");
}

/** Says how sure a number is, which is no part of a name. */
const VERSTAT = /;verstat=[^;]*/i;
