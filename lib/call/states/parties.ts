import type { CallEvent } from "../CallEvent.ts";
import type { Answering, Changing, Connected } from "../CallState.ts";
import { go, stay, type Transition } from "../transition.ts";
import { type LegId, ORIGIN } from "../vocabulary.ts";

/** Once a leg has answered, the call has two parties. */
type Paired = Answering | Connected | Changing;

export function isParty({ target }: Paired, leg: LegId): boolean {
    return leg === ORIGIN || leg === target;
}

export function peerOf({ target }: Paired, leg: LegId): LegId {
    return leg === ORIGIN ? target : ORIGIN;
}

/** An answer that crossed the end of its leg: that party must not be left alone in a call. */
export function endLateAnswer(state: Paired, leg: LegId): Transition {
    return isParty(state, leg) ? stay(state) : go(state, { kind: "endLeg", leg, cause: "answeredElsewhere" });
}

/** Candidates of a party go to the media session; those of a leg that has no part in the call any more are ignored. */
export function passOnCandidates(
    state: Connected | Changing,
    { leg, candidates }: Extract<CallEvent, { kind: "candidatesFound" }>,
): Transition {
    if (!isParty(state, leg)) return stay(state);
    return go(state, { kind: "addCandidates", leg: state.target, from: leg, candidates });
}
