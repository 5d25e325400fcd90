import type { CallEvent } from "../CallEvent.ts";
import type { Answering } from "../CallState.ts";
import { go, stay, type Transition } from "../transition.ts";
import { ORIGIN } from "../vocabulary.ts";
import { beginChange } from "./changing.ts";
import { endLateAnswer, isParty } from "./parties.ts";

export function whileAnswering(state: Answering, event: CallEvent, now: number): Transition {
    switch (event.kind) {
        case "mediaAnswered":
            return event.leg === state.target ? connect(state, event, now) : stay(state);
        case "candidatesFound":
            if (!isParty(state, event.leg)) return stay(state);
            return go(state, {
                kind: "addCandidates",
                leg: state.target,
                from: event.leg,
                candidates: event.candidates,
            });
        case "offerReceived":
            // the party's own first exchange is complete, but not the other one's (RFC 3261, section 14.2)
            if (state.next !== undefined) return go(state, { kind: "postponeOffer", leg: event.leg });
            return isParty(state, event.leg) ? stay({ ...state, next: event }) : stay(state);
        case "legAnswered":
            return endLateAnswer(state, event.leg);
        case "mediaOffered":
            return event.leg === state.target ? stay(state) : go(state, { kind: "releaseMedia", leg: event.leg });
        case "legRinging":
        case "legEnded":
        case "mediaFailed":
        case "partySilent":
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

function connect(
    state: Answering,
    { sdp }: Extract<CallEvent, { readonly kind: "mediaAnswered" }>,
    now: number,
): Transition {
    const { openedAt, policy, target, next } = state;
    const deadline = now + policy.maxDurationMs;
    const conversation = { openedAt, policy, target, answeredAt: now, deadline, heldBy: [] };
    const { state: then, effects } = beginChange({ phase: "connected", ...conversation }, next);
    return go(
        then,
        { kind: "acceptLeg", leg: ORIGIN, sdp },
        { kind: "startTimer", timer: "duration", at: deadline },
        ...effects,
    );
}
