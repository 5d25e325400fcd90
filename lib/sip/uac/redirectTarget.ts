import { foldTypedText } from "../../numbering/foldTypedText.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { numberIn, unescapeUser } from "../identity/partyOfUri.ts";
import { parseUri, type SipUri } from "../sipHeaders.ts";
import type { SipTrunk } from "../SipTrunk.ts";

/**
 * Whether a call may go where a redirect sends it. Another number than was dialled is one the caller must be allowed to
 * dial: otherwise a trunk, or a callee behind it, could make the bridge place expensive calls, by other trunks too. Pure.
 * @param sent the Request-URI that was redirected
 */
export function mayFollow(
    redirect: {
        readonly to: string;
        readonly sent: string;
        readonly trunk: Pick<SipTrunk, "defaultCountry" | "shortCodes">;
    },
    mayDial: (party: RemoteParty) => boolean,
): boolean {
    const to = parseUri(redirect.to);
    if (to === undefined) return false;
    const number = numberIn(to, redirect.trunk);
    if (to.scheme === "tel" && number === undefined) return false;
    if (subscriberOf(redirect.sent) === subscriberOf(redirect.to)) return true;
    return number === undefined ? isName(to) : mayDial({ kind: "number", number });
}

/** Whether a user is no digits: the trunk could read some that the bridge cannot, and the rules would never see the number. */
function isName({ user = "", params }: SipUri): boolean {
    if (params.get("user") === "phone") return false;
    const typed = foldTypedText(unescapeUser(user.split(";")[0] ?? ""));
    return typed === "" || (/\p{L}/u.test(typed) && !typed.startsWith("+"));
}

/** As it was written for the trunk, which may be anything but what we call the number. */
function subscriberOf(uri: string): string | undefined {
    return parseUri(uri)?.user?.split(";")[0];
}
