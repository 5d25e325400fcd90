import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { numberIn } from "../identity/partyOfUri.ts";
import { parseUri } from "../sipHeaders.ts";
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
    return (
        number === undefined ||
        subscriberOf(redirect.sent) === subscriberOf(redirect.to) ||
        mayDial({ kind: "number", number })
    );
}

/** As it was written for the trunk, which may be anything but what we call the number. */
function subscriberOf(uri: string): string | undefined {
    return parseUri(uri)?.user?.split(";")[0];
}
