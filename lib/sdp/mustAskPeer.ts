import { isHeardBy, keepsACodec, type Party, type Statement } from "./Party.ts";
import { directionFor, holds } from "./Wish.ts";

/** A party's new offer, with what was agreed on before. */
export interface SessionChange {
    readonly offer: Statement;
    /** The party that makes the offer, as it was. */
    readonly before: Party;
    /** The other one. */
    readonly peer: Party;
}

/**
 * Whether the other party has to agree to a change: if a stream is added or removed, if the direction of the media changes (hold
 * and resume), or if no codec is left that it sends and that can be transcoded. It does not have to know of the rest: a moved
 * address, an ICE restart, a refresh of the session, which rtpengine answers alone.
 */
export function mustAskPeer(change: SessionChange): boolean {
    const { offer, before } = change;
    return directionsOf(offer) !== directionsOf(before) || !canAnswerAlone(change);
}

/** Whether the media server can answer without the other party. */
export function canAnswerAlone({ offer, before, peer }: SessionChange): boolean {
    return keepsACodec(before, offer.said) && (holds(offer.wish) || isHeardBy(peer, offer.said));
}

/** The voice counts by what the party wants: its last answer was limited by what it was offered. */
function directionsOf({ said, wish }: Statement): string {
    const [, ...others] = said.streams;
    const streams = others.map(({ type, direction = "sendrecv" }) => `${type} ${direction}`);
    return [directionFor(wish, "none"), ...streams].join();
}
