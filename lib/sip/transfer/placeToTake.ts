import type { CallParty } from "../../numbering/partyText.ts";
import type { CallLeg } from "../../ports/CallLeg.ts";
import type { CallPlaces } from "../../ports/CallPlaces.ts";
import type { SipCalls } from "../SipCalls.ts";
import type { Replaces } from "./replaces.ts";
import { haveSameOwner, type TransferRights } from "./TransferRights.ts";

/** The sender of an INVITE that replaces a call. */
export interface PlaceTaker {
    /** Undefined for a peer that cannot transfer calls. */
    readonly rights: TransferRights | undefined;
    /** A trusted peer can also take over calls of others: a PBX may be in front of several trunks or phones. */
    readonly trust: "trusted" | "untrusted";
}

export type PlaceToTake =
    | { readonly kind: "place"; readonly leg: CallLeg; readonly callee: CallParty }
    | { readonly kind: "rejected"; readonly status: number; readonly reason: string };

/**
 * Decides what an INVITE with Replaces leads to (RFC 3891, section 3). A call that rings can be taken over if the bridge placed it:
 * that is call pickup. A sender without permission learns nothing about a call.
 */
export function placeToTake(
    replaces: Replaces,
    { rights, trust }: PlaceTaker,
    { calls, places }: { readonly calls: Pick<SipCalls, "dialogNamed">; readonly places: CallPlaces },
): PlaceToTake {
    if (rights === undefined) return rejected(403, "Forbidden");
    const named = calls.dialogNamed(replaces);
    if (named === undefined) return rejected(481, "Call/Transaction Does Not Exist");
    if (trust === "untrusted" && !haveSameOwner(rights, named.rights)) {
        return rejected(481, "Call/Transaction Does Not Exist");
    }
    if (named.phase === "over") return rejected(603, "Decline");
    if (named.phase === "confirmed" && replaces.when === "earlyOnly") return rejected(486, "Busy Here");
    const callee = places.partnerOf(named.leg);
    // another transfer of the call is under way, or somebody else answers it at this moment
    if (callee === undefined) return rejected(480, "Temporarily Unavailable");
    return { kind: "place", leg: named.leg, callee };
}

function rejected(status: number, reason: string): PlaceToTake {
    return { kind: "rejected", status, reason };
}
