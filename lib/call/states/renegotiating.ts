import type { CallEffect } from "../CallEffect.ts";
import type { CallEvent } from "../CallEvent.ts";
import type { Renegotiating } from "../CallState.ts";
import { end, go, stay, type Transition } from "../transition.ts";
import { otherSide } from "../vocabulary.ts";

export function whileRenegotiating(state: Renegotiating, event: CallEvent): Transition {
    switch (event.kind) {
        case "mediaRenegotiated":
            return afterwards(state, { kind: "answerOffer", side: state.by, sdp: event.sdp });
        case "renegotiationFailed":
            return afterwards(state, { kind: "refuseOffer", side: state.by, cause: event.cause });
        case "offerReceived":
            // a party may not offer again before its first offer is answered (RFC 3264 section 4); one offer may wait
            if (event.side === state.by || state.next !== undefined)
                return go(state, { kind: "refuseOffer", side: event.side, cause: "noCommonMedia" });
            return stay({ ...state, next: event.sdp });
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
        case "targetRinging":
        case "targetAnswered":
            return stay(state);
    }
}

/** The exchange is over, told by `reply`; the offer that waited, if any, is taken up. */
function afterwards(state: Renegotiating, reply: CallEffect): Transition {
    if (state.next === undefined) return go({ phase: "connected" }, reply);
    const side = otherSide(state.by);
    return go({ phase: "renegotiating", by: side }, reply, { kind: "renegotiateMedia", side, sdp: state.next });
}
