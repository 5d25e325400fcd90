import type { CallEvent } from "../CallEvent.ts";
import { JOIN_TIMEOUT_MS } from "../CallPolicy.ts";
import type { Connected, ReadyTransfer, WaitingOffer } from "../CallState.ts";
import { go, stay, type Transition } from "../transition.ts";
import { peerOf, sideIn } from "./parties.ts";

/** Handles the new offer of a party, if there is one. `next`: an offer of the other party that waits already. */
export function beginChange(state: Connected, offer: WaitingOffer | undefined, next?: WaitingOffer): Transition {
    if (offer === undefined) return stay(state);
    const { leg: by, sdp } = offer;
    const side = sideIn(state, by);
    if (side === undefined) return stay(state);
    return go(
        { ...state, phase: "changing", by, proposedBy: "party", waitsFor: "proposal", next },
        { kind: "proposeChange", leg: state.media, side, peer: peerOf(state, by), sdp },
    );
}

/** Holds or resumes the call on behalf of a party. */
export function beginHold(
    state: Connected,
    { leg: by, hold }: Extract<CallEvent, { readonly kind: "holdCommanded" }>,
): Transition {
    const side = sideIn(state, by);
    if (side === undefined) return stay(state);
    return go(
        { ...state, phase: "changing", by, proposedBy: "command", waitsFor: "proposal", next: undefined },
        { kind: "proposeHold", leg: state.media, side, peer: peerOf(state, by), hold },
    );
}

/** Has another call take the place of the party that the transfer names. `next`: an offer that waits until then. */
export function beginJoin(
    state: Connected,
    transfer: ReadyTransfer,
    next: WaitingOffer | undefined,
    now: number,
): Transition {
    const side = sideIn(state, transfer.by) ?? "target";
    const stays = state.heldBy.includes(peerOf(state, transfer.by)) ? "holds" : "talks";
    return go(
        { ...state, phase: "joining", transfer, progress: { waitsFor: "offer" }, next },
        { kind: "beginHandover", leg: state.media, side, stays },
        { kind: "startTimer", timer: "change", at: now + JOIN_TIMEOUT_MS },
    );
}
