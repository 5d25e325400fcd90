import { isHeardBy, keepsACodec, type Party } from "./Party.ts";
import type { PartyDescription } from "./PartyDescription.ts";

/** A party's new offer, with what was agreed on before. */
export interface SessionChange {
    readonly offer: PartyDescription;
    /** The party that makes the offer, as it was. */
    readonly before: Party;
    /** The other one. */
    readonly peer: Party;
}

/**
 * Whether the other party has to agree to a change: if the direction of the media changes (hold and resume), or if no codec
 * is left that it sends and that can be transcoded. It does not have to know of the rest: a moved address, an ICE restart, a
 * refresh of the session, which rtpengine answers alone.
 */
export function mustAskPeer(change: SessionChange): boolean {
    const { offer, before } = change;
    return directionOf(offer) !== directionOf(before.said) || !canAnswerAlone(change);
}

/** Whether the media server can answer without the other party. */
export function canAnswerAlone({ offer, before, peer }: SessionChange): boolean {
    return keepsACodec(before, offer.section) && (!wantsMedia(offer) || isHeardBy(peer, offer.section));
}

function wantsMedia({ section }: PartyDescription): boolean {
    return section.direction === "sendrecv" || section.direction === "recvonly";
}

function directionOf({ section }: PartyDescription): string {
    return section.direction ?? "sendrecv";
}
