import type { CallParty } from "../numbering/partyText.ts";
import type { CallLeg } from "./CallLeg.ts";

/** The places of parties in calls that are connected or ring. The desk implements it, for adapters whose callers can take one (`PlaceTarget`). */
export interface CallPlaces {
    /**
     * Who talks to the party of this leg, or calls it. Undefined if the place cannot be taken: the leg is over, or a transfer of
     * the call is under way.
     */
    partnerOf(leg: CallLeg): CallParty | undefined;
}
