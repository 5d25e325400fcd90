import type { CallParty } from "../numbering/partyText.ts";
import type { CallLeg } from "./CallLeg.ts";

/** The places of parties in connected calls. The desk implements it, for adapters whose callers can take one (`PlaceTarget`). */
export interface CallPlaces {
    /**
     * Who talks to the party of this leg. Undefined if the place cannot be taken: the call is not connected, or a transfer of it
     * is under way.
     */
    partnerOf(leg: CallLeg): CallParty | undefined;
}
