import type { CallEvent } from "../CallEvent.ts";
import type { Answering } from "../CallState.ts";
import { go, stay, type Transition } from "../transition.ts";
import { ORIGIN } from "../vocabulary.ts";
import { beginChange } from "./enter.ts";
import { endLateAnswer, isParty, refuseLink, refuseTransfer, showToPeer, sideIn } from "./parties.ts";

export function whileAnswering(state: Answering, event: CallEvent, now: number): Transition {
    switch (event.kind) {
        case "mediaAnswered":
            return event.leg === state.target ? connect(state, event, now) : stay(state);
        case "candidatesFound": {
            const side = sideIn(state, event.leg);
            if (side === undefined) return stay(state);
            return go(state, {
                kind: "addCandidates",
                leg: state.target,
                side,
                candidates: event.candidates,
            });
        }
        case "offerReceived":
            // the party's own first exchange is complete, but not the other one's (RFC 3261, section 14.2)
            if (isParty(state, event.leg) && state.next === undefined) return stay({ ...state, next: event });
            return go(state, { kind: "postponeOffer", leg: event.leg });
        case "legAnswered":
            return endLateAnswer(state, event.leg);
        case "mediaOffered":
            return event.leg === state.target ? stay(state) : go(state, { kind: "releaseMedia", leg: event.leg });
        case "legIdentified":
            return showToPeer(state, event.leg);
        case "transferRequested":
            return isParty(state, event.leg) ? refuseTransfer(state, event.leg) : stay(state);
        case "joinRequested":
            return refuseLink(state);
        case "pickUpRequested":
        case "transferPlaced":
        case "transferRinging":
        case "transferDone":
        case "transferFailed":
        case "handoverOffered":
        case "handoverDone":
        case "handoverFailed":
        case "legRinging":
        case "legEnded":
        case "mediaFailed":
        case "partySilent":
        case "offerAnswered":
        case "offerRejected":
        case "changeAnswered":
        case "changeForwarded":
        case "changeFailed":
        case "digitsPressed":
        case "digitsHeard":
        case "pictureRequested":
        case "pictureRequestHeard":
        case "timerFired":
        case "holdCommanded":
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
    const parties = { origin: ORIGIN, target, media: target, heldBy: [], transfer: undefined, links: 0 };
    const { state: then, effects } = beginChange(
        { phase: "connected", openedAt, policy, ...parties, answeredAt: now, deadline },
        next,
    );
    return go(
        then,
        { kind: "acceptLeg", leg: ORIGIN, sdp },
        { kind: "showParty", leg: ORIGIN, party: target },
        { kind: "startTimer", timer: "duration", at: deadline },
        ...effects,
    );
}
