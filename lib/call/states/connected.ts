import type { CallEvent } from "../CallEvent.ts";
import type { Connected } from "../CallState.ts";
import { end, go, stay, type Transition } from "../transition.ts";

export function whileConnected(state: Connected, event: CallEvent): Transition {
    switch (event.kind) {
        case "offerReceived":
            return go(
                { phase: "renegotiating", by: event.side },
                { kind: "renegotiateMedia", side: event.side, sdp: event.sdp },
            );
        case "candidatesFound":
            return go(state, { kind: "addCandidates", side: event.side, candidates: event.candidates });
        case "timerFired":
            return event.timer === "duration" ? end("hungUp", "bridge") : stay(state);
        case "mediaFailed":
            return end(event.cause, "bridge");
        case "legEnded":
            return end(event.cause, event.side);
        case "bridgeStopping":
            return end("serviceUnavailable", "bridge");
        case "mediaOffered":
        case "mediaAnswered":
        case "mediaRenegotiated":
        case "renegotiationFailed":
        case "targetRinging":
        case "targetAnswered":
            return stay(state);
    }
}
