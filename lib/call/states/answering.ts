import type { CallEvent } from "../CallEvent.ts";
import type { Answering } from "../CallState.ts";
import { end, go, stay, type Transition } from "../transition.ts";

export function whileAnswering(state: Answering, event: CallEvent): Transition {
    switch (event.kind) {
        case "mediaAnswered":
            return go(
                { phase: "connected" },
                { kind: "acceptOrigin", sdp: event.sdp },
                { kind: "startTimer", timer: "duration", ms: state.policy.maxDurationMs },
            );
        case "candidatesFound":
            return go(state, { kind: "addCandidates", side: event.side, candidates: event.candidates });
        case "mediaFailed":
            return end(event.cause, "bridge");
        case "legEnded":
            return end(event.cause, event.side);
        case "bridgeStopping":
            return end("serviceUnavailable", "bridge");
        case "offerReceived":
            // too early: the first offer is not answered yet (RFC 3261 14.2)
            return go(state, { kind: "refuseOffer", side: event.side, cause: "noCommonMedia" });
        case "mediaOffered":
        case "mediaRenegotiated":
        case "renegotiationFailed":
        case "targetRinging":
        case "targetAnswered":
        case "timerFired":
            return stay(state);
    }
}
