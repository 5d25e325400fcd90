import type { CallEvent } from "../CallEvent.ts";
import type { Alerting } from "../CallState.ts";
import { end, go, stay, type Transition } from "../transition.ts";

export function whileAlerting(state: Alerting, event: CallEvent): Transition {
    switch (event.kind) {
        case "targetRinging":
            if (state.progress === "ringing") return stay(state);
            return go({ ...state, progress: "ringing" }, { kind: "ringOrigin" });
        case "targetAnswered":
            return go(
                { phase: "answering", policy: state.policy },
                { kind: "stopTimer", timer: "answer" },
                { kind: "completeMedia", sdp: event.sdp },
            );
        case "candidatesFound":
            return go(state, { kind: "addCandidates", side: event.side, candidates: event.candidates });
        case "timerFired":
            if (event.timer !== "answer") return stay(state);
            // a callee whose phone never rang was not reached
            return end(state.progress === "ringing" ? "noAnswer" : "unavailable", "bridge");
        case "mediaFailed":
            return end(event.cause, "bridge");
        case "legEnded":
            return end(event.cause, event.side);
        case "bridgeStopping":
            return end("serviceUnavailable", "bridge");
        case "offerReceived":
            return go(state, { kind: "refuseOffer", side: event.side, cause: "noCommonMedia" });
        case "mediaOffered":
        case "mediaAnswered":
        case "mediaRenegotiated":
        case "renegotiationFailed":
            return stay(state);
    }
}
