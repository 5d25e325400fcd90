import type { CallEvent } from "../CallEvent.ts";
import type { Answering, Changing, Connected, Joining } from "../CallState.ts";
import { go, stay, type Transition } from "../transition.ts";
import { type LegId, linkLeg, ORIGIN, type Side } from "../vocabulary.ts";

/** Once a leg has answered, the call has two parties. */
type Paired = Answering | Connected | Changing | Joining;

/** Which side of the media session a leg is on; undefined if it is no party. */
export function sideIn(state: Paired, leg: LegId): Side | undefined {
    if (leg === state.target) return "target";
    return leg === originOf(state) ? "origin" : undefined;
}

export function isParty(state: Paired, leg: LegId): boolean {
    return sideIn(state, leg) !== undefined;
}

export function peerOf(state: Paired, leg: LegId): LegId {
    return leg === state.target ? originOf(state) : state.target;
}

function originOf(state: Paired): LegId {
    return state.phase === "answering" ? ORIGIN : state.origin;
}

/** The leg on a side of the media session that was opened for the called leg `media`. */
export function legOn(state: Transition["state"], media: LegId, side: Side): LegId {
    if ("media" in state && state.media === media) return state[side];
    return side === "origin" ? ORIGIN : media;
}

/** The party that talks to the party of a leg; undefined unless two parties talk. */
export function partnerIn(state: Transition["state"], leg: LegId): LegId | undefined {
    const isTalking = state.phase === "connected" || state.phase === "changing";
    return isTalking && isParty(state, leg) ? peerOf(state, leg) : undefined;
}

/** An answer that crossed the end of its leg: that party must not be left alone in a call. */
export function endLateAnswer(state: Paired, leg: LegId): Transition {
    return isParty(state, leg) ? stay(state) : go(state, { kind: "endLeg", leg, cause: "answeredElsewhere" });
}

/** Who a party is concerns the other one. A leg that has no part in the call any more is ignored. */
export function showToPeer(state: Paired, leg: LegId): Transition {
    return isParty(state, leg) ? go(state, { kind: "showParty", leg: peerOf(state, leg), party: leg }) : stay(state);
}

/** Digits that a party pressed go to the other one. */
export function passOnDigits(
    state: Connected | Changing,
    event: Extract<CallEvent, { kind: "digitsPressed" | "digitsHeard" }>,
): Transition {
    const { digits } = event;
    if (event.kind === "digitsPressed") {
        const side = sideIn(state, event.leg);
        return side === undefined
            ? stay(state)
            : go(state, { kind: "passDigits", ...towardsPeer(state, side), digits, form: "signalling" });
    }
    if (event.leg !== state.media) return stay(state);
    return go(state, { kind: "passDigits", ...towardsPeer(state, event.side), digits, form: "media" });
}

/** A party that asks for a whole picture asks the other one. */
export function passOnPictureRequest(
    state: Connected | Changing,
    event: Extract<CallEvent, { kind: "pictureRequested" | "pictureRequestHeard" }>,
): Transition {
    if (event.kind === "pictureRequested") {
        const side = sideIn(state, event.leg);
        return side === undefined
            ? stay(state)
            : go(state, { kind: "requestPicture", ...towardsPeer(state, side), form: "signalling" });
    }
    if (event.leg !== state.media) return stay(state);
    return go(state, { kind: "requestPicture", ...towardsPeer(state, event.side), form: "media" });
}

/** Where what comes from the party on this side goes: by the media session, or to the leg `to`. */
function towardsPeer(
    state: Connected | Changing,
    side: Side,
): { readonly leg: LegId; readonly side: Side; readonly to: LegId } {
    return { leg: state.media, side, to: peerOf(state, state[side]) };
}

/** Candidates of a party go to the media session; those of a leg that has no part in the call any more are ignored. */
export function passOnCandidates(
    state: Connected | Changing | Joining,
    { leg, candidates }: Extract<CallEvent, { kind: "candidatesFound" }>,
): Transition {
    const side = sideIn(state, leg);
    return side === undefined ? stay(state) : go(state, { kind: "addCandidates", leg: state.media, side, candidates });
}

/** A party that sends no media is asked whether it is still there. */
export function checkSilent(
    state: Connected | Changing | Joining,
    { leg, side }: Extract<CallEvent, { kind: "partySilent" }>,
): Transition {
    return leg === state.media ? go(state, { kind: "checkLeg", leg: state[side] }) : stay(state);
}

/** Media that was allocated for a leg that has no part in the call any more. */
export function releaseUnused(state: Connected | Changing | Joining, leg: LegId): Transition {
    return leg === state.media ? stay(state) : go(state, { kind: "releaseMedia", leg });
}

/** The name of a link that never becomes a party. */
const REFUSED_LINK = linkLeg(0);

/** Another call wants to take the place of a party, and cannot. */
export function refuseLink(state: Transition["state"]): Transition {
    return go(
        state,
        { kind: "seatLink", leg: REFUSED_LINK },
        { kind: "endLeg", leg: REFUSED_LINK, cause: "unavailable" },
    );
}

/** A party asks for a transfer that is not possible now. */
export function refuseTransfer(state: Transition["state"], leg: LegId): Transition {
    return go(state, { kind: "reportTransfer", leg, progress: { stage: "failed", cause: "busy" } });
}
