import type { CallProvenance, NumberCheck } from "../../numbering/CallProvenance.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { type NameAddress, parseUri } from "../sipHeaders.ts";
import type { SipHeaders } from "../SipStack.ts";
import type { SipPeer } from "../SipTrunk.ts";
import { isAnonymous } from "./anonymousAddress.ts";
import { assertedIdentities } from "./assertedIdentities.ts";
import { type CombinedIdentity, combineIdentities } from "./combineIdentities.ts";
import { firstOfDiversion } from "./diversion.ts";
import { firstOfHistory } from "./historyInfo.ts";
import type { ScreenCaller } from "./OwnIdentities.ts";
import { numberIn } from "./partyOfUri.ts";
import type { PrivacyWish } from "./privacy.ts";
import { readRemotePartyId } from "./remotePartyId.ts";
import { numberCheckOf } from "./verstat.ts";

/** The caller, and what the network states about the call. */
export interface CallerIdentity extends CombinedIdentity {
    readonly provenance: CallProvenance;
}

const ANONYMOUS = { kind: "anonymous" } as const;

type Peer = Pick<SipPeer, "trusted" | "defaultCountry" | "shortCodes">;

/**
 * Identifies the caller of an INVITE from `peer`. What networks assert about a caller is used from trusted peers only
 * (RFC 3325, section 5): P-Asserted-Identity, then Remote-Party-ID, then From; name and number can come from different ones.
 * P-Preferred-Identity is what a user agent asks its own proxy to assert (section 9.2), so it is never used. A caller who withholds the
 * identity is anonymous, whatever the other headers say, and so is one that `screen` withholds. Pure.
 */
export function identifyCaller(
    headers: SipHeaders,
    from: NameAddress,
    privacy: PrivacyWish,
    peer: Peer,
    screen: ScreenCaller,
): CallerIdentity {
    const asserted = peer.trusted ? assertedIdentities(headers) : [];
    const remoteParty = readRemotePartyId(headers.get("remote-party-id"));
    const claims = claimsIn({ from, asserted, remoteParty, privacy, peer });
    const identified = claims === undefined ? { caller: ANONYMOUS } : combineIdentities(claims, peer, screen);
    if (!peer.trusted) return { ...identified, provenance: {} };
    const { caller } = identified;
    const divertedBy = privacy.isHistoryWithheld ? undefined : divertedByOf(headers, peer);
    const numberCheck = numberCheckFor(caller, [...asserted, from], peer);
    return {
        ...identified,
        provenance: {
            ...(divertedBy !== undefined && { divertedBy }),
            ...(numberCheck !== undefined && { numberCheck }),
        },
    };
}

interface Claims {
    readonly from: NameAddress;
    readonly asserted: readonly NameAddress[];
    readonly remoteParty: ReturnType<typeof readRemotePartyId>;
    readonly privacy: PrivacyWish;
    readonly peer: Peer;
}

/** Who the sender may state to be the caller, the most reliable identity first; undefined if the caller is withheld. */
function claimsIn({ from, asserted, remoteParty, privacy, peer }: Claims): readonly NameAddress[] | undefined {
    if (privacy.identity === "withheld" || remoteParty?.isWithheld === true) return undefined;
    // RFC 3323, section 4.2: with `none`, an anonymous From withholds no identity that was asserted in addition
    if (isAnonymous(from) && privacy.identity !== "explicit") return undefined;
    // a name that Remote-Party-ID withholds stays withheld, whatever From says
    const isNameWithheld = peer.trusted && remoteParty?.isNameWithheld === true;
    const claims = [
        ...asserted,
        ...(peer.trusted && remoteParty !== undefined ? [remoteParty.identity] : []),
        ...(isAnonymous(from) ? [] : [from]),
    ];
    return isNameWithheld ? claims.map(({ uri, params }) => ({ uri, params })) : claims;
}

/** Networks in transition write both headers of one diversion: Diversion is the plainer one. */
function divertedByOf(headers: SipHeaders, peer: Peer): RemoteParty | undefined {
    const diversion = headers.get("diversion");
    if (diversion !== undefined) return firstOfDiversion(diversion, peer);
    return firstOfHistory(headers.get("history-info") ?? "", peer);
}

/** A verdict counts for the number it was passed on, which need not be the one that is shown. */
function numberCheckFor(caller: RemoteParty, identities: readonly NameAddress[], peer: Peer): NumberCheck | undefined {
    if (caller.kind !== "number") return undefined;
    for (const { uri } of identities) {
        const parsed = parseUri(uri);
        const check = parsed === undefined ? undefined : numberCheckOf(parsed);
        if (parsed !== undefined && check !== undefined && numberIn(parsed, peer) === caller.number) return check;
    }
    return undefined;
}
