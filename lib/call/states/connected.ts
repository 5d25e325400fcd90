import type { CallEvent } from "../CallEvent.ts";
import type { Connected } from "../CallState.ts";
import { go, stay, type Transition } from "../transition.ts";
import { onConversationEvent } from "./conversation.ts";
import { beginChange, beginHold } from "./enter.ts";
import { isParty } from "./parties.ts";

export function whileConnected(state: Connected, event: CallEvent, now: number): Transition {
    switch (event.kind) {
        case "offerReceived":
            if (!isParty(state, event.leg)) return go(state, { kind: "postponeOffer", leg: event.leg });
            return beginChange(state, event);
        case "holdCommanded":
            return beginHold(state, event);
        case "candidatesFound":
        case "partySilent":
        case "legIdentified":
        case "mediaOffered":
        case "digitsPressed":
        case "digitsHeard":
        case "pictureRequested":
        case "pictureRequestHeard":
        case "legAnswered":
        case "transferRequested":
        case "transferPlaced":
        case "transferRinging":
        case "transferDone":
        case "transferFailed":
        case "joinRequested":
        case "legEnded":
            return onConversationEvent(state, event, now);
        case "pickUpRequested":
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
