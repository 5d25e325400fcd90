import type { CallEvent } from "../CallEvent.ts";
import type { Connected } from "../CallState.ts";
import { go, stay, type Transition } from "../transition.ts";
import { beginChange } from "./changing.ts";
import { endLateAnswer, isParty, passOnCandidates } from "./parties.ts";

export function whileConnected(state: Connected, event: CallEvent, _now: number): Transition {
    switch (event.kind) {
        case "offerReceived":
            return isParty(state, event.leg) ? beginChange(state, event) : stay(state);
        case "candidatesFound":
            return passOnCandidates(state, event);
        case "partySilent":
            return isParty(state, event.leg) ? go(state, { kind: "checkLeg", leg: event.leg }) : stay(state);
        case "legAnswered":
            return endLateAnswer(state, event.leg);
        case "mediaOffered":
            return event.leg === state.target ? stay(state) : go(state, { kind: "releaseMedia", leg: event.leg });
        case "legRinging":
        case "legEnded":
        case "mediaAnswered":
        case "mediaFailed":
        case "offerAnswered":
        case "offerRejected":
        case "changeAnswered":
        case "changeForwarded":
        case "changeFailed":
        case "timerFired":
        case "bridgeStopping":
            return stay(state);
    }
}
