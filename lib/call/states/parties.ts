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
