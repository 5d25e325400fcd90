import type { CallEvent } from "../CallEvent.ts";
import type { Preparing } from "../CallState.ts";
import { end, go, stay, type Transition } from "../transition.ts";

export function whilePreparing(state: Preparing, event: CallEvent): Transition {
    switch (event.kind) {
        case "mediaOffered":
            return go(
                { phase: "alerting", policy: state.policy, progress: "silent" },
                { kind: "offerTarget", sdp: event.sdp },
                { kind: "startTimer", timer: "answer", ms: state.policy.ringMs },
            );
        case "candidatesFound":
            // the allocation may be waiting for them
            return go(state, { kind: "addCandidates", side: event.side, candidates: event.candidates });
        case "mediaFailed":
            return end(event.cause, "bridge");
        case "legEnded":
            return end(event.cause, event.side);
        case "bridgeStopping":
            return end("serviceUnavailable", "bridge");
        case "offerReceived":
            return go(state, { kind: "refuseOffer", side: event.side, cause: "noCommonMedia" });
        case "mediaAnswered":
        case "mediaRenegotiated":
        case "renegotiationFailed":
        case "targetRinging":
        case "targetAnswered":
        case "timerFired":
            return stay(state);
    }
}
