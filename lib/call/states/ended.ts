import type { CallEvent } from "../CallEvent.ts";
import type { Ended } from "../CallState.ts";
import { go, stay, type Transition } from "../transition.ts";
import { refuseLink } from "./parties.ts";

/** Late events still matter: an answer that crossed the end of its leg, media that was allocated after the call had ended. */
export function onceEnded(state: Ended, event: CallEvent): Transition {
    switch (event.kind) {
        case "legAnswered":
            return go(state, { kind: "endLeg", leg: event.leg, cause: state.cause });
        case "mediaOffered":
        case "mediaAnswered":
            return go(state, { kind: "releaseMedia", leg: event.leg });
        case "joinRequested":
            return refuseLink(state);
        case "pickUpRequested":
        case "transferRequested":
        case "transferPlaced":
        case "transferRinging":
        case "transferDone":
        case "transferFailed":
        case "handoverOffered":
        case "handoverDone":
        case "handoverFailed":
        case "mediaFailed":
        case "legRinging":
        case "legEnded":
        case "candidatesFound":
        case "offerReceived":
        case "holdCommanded":
        case "partySilent":
        case "offerAnswered":
        case "offerRejected":
        case "changeAnswered":
        case "changeForwarded":
        case "changeFailed":
        case "legIdentified":
        case "digitsPressed":
        case "digitsHeard":
        case "pictureRequested":
        case "pictureRequestHeard":
        case "timerFired":
        case "bridgeStopping":
            return stay(state);
    }
}
