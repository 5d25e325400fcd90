import type { CallEvent } from "../CallEvent.ts";
import type { Ended } from "../CallState.ts";
import { go, stay, type Transition } from "../transition.ts";

/** Late facts still need tidying: a 200 OK that crossed our CANCEL, ports granted after we gave up. */
export function onceEnded(state: Ended, event: CallEvent): Transition {
    switch (event.kind) {
        case "targetAnswered":
            return go(state, { kind: "endLeg", side: "target", cause: state.cause });
        case "mediaOffered":
        case "mediaAnswered":
        case "mediaRenegotiated":
            return go(state, { kind: "releaseMedia" });
        case "mediaFailed":
        case "renegotiationFailed":
        case "targetRinging":
        case "candidatesFound":
        case "offerReceived":
        case "legEnded":
        case "timerFired":
        case "bridgeStopping":
            return stay(state);
    }
}
