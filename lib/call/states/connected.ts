import type { CallEvent } from "../CallEvent.ts";
import type { Connected } from "../CallState.ts";
import { go, stay, type Transition } from "../transition.ts";
import { beginChange } from "./enter.ts";
import {
    checkSilent,
    endLateAnswer,
    isParty,
    passOnCandidates,
    passOnDigits,
    releaseUnused,
    showToPeer,
} from "./parties.ts";
import { onTransferEvent } from "./transferring.ts";

export function whileConnected(state: Connected, event: CallEvent, now: number): Transition {
    switch (event.kind) {
        case "offerReceived":
            if (!isParty(state, event.leg)) return go(state, { kind: "postponeOffer", leg: event.leg });
            return beginChange(state, event);
        case "candidatesFound":
            return passOnCandidates(state, event);
        case "partySilent":
            return checkSilent(state, event);
        case "legIdentified":
            return showToPeer(state, event.leg);
        case "digitsPressed":
        case "digitsHeard":
            return passOnDigits(state, event);
        case "legAnswered":
            return endLateAnswer(state, event.leg);
        case "mediaOffered":
            return releaseUnused(state, event.leg);
        case "transferRequested":
        case "transferPlaced":
        case "transferRinging":
        case "transferFailed":
        case "joinRequested":
        case "legEnded":
            return onTransferEvent(state, event, now);
        case "handoverOffered":
        case "handoverDone":
        case "handoverFailed":
        case "legRinging":
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
