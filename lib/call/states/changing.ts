import type { CallEffect } from "../CallEffect.ts";
import type { CallEvent, Hold } from "../CallEvent.ts";
import { CHANGE_TIMEOUT_MS } from "../CallPolicy.ts";
import type { Changing, Connected, WaitingOffer } from "../CallState.ts";
import { go, stay, type Transition } from "../transition.ts";
import type { LegId, Sdp } from "../vocabulary.ts";
import { endLateAnswer, isParty, passOnCandidates, peerOf } from "./parties.ts";

/** Handles the new offer of a party, if there is one. */
export function beginChange(state: Connected, offer: WaitingOffer | undefined): Transition {
    if (offer === undefined) return stay(state);
    const { leg: by, sdp } = offer;
    return go(
        { ...state, phase: "changing", by, waitsFor: "proposal", next: undefined },
        { kind: "proposeChange", leg: state.target, by, sdp },
    );
}

export function whileChanging(state: Changing, event: CallEvent, now: number): Transition {
    switch (event.kind) {
        case "changeAnswered":
            return state.waitsFor === "peer" ? stay(state) : finish(state, answered(state, event.sdp), event.hold);
        case "changeForwarded":
            return state.waitsFor === "proposal" ? askPeer(state, event.sdp, now) : stay(state);
        case "changeFailed":
            if (state.waitsFor === "peer") return stay(state);
            return finish(state, { kind: "rejectOffer", leg: state.by, cause: event.cause });
        case "offerAnswered":
            return isAsked(state, event.leg) ? complete(state, event.sdp) : stay(state);
        case "offerRejected":
            return isAsked(state, event.leg) ? complete(state, undefined) : stay(state);
        case "timerFired":
            if (event.timer !== "change" || state.waitsFor !== "peer") return stay(state);
            return complete(state, undefined, { kind: "withdrawOffer", leg: peerOf(state, state.by) });
        case "offerReceived":
            return receiveAnother(state, event);
        case "candidatesFound":
            return passOnCandidates(state, event);
        case "partySilent":
            return isParty(state, event.leg) ? go(state, { kind: "checkLeg", leg: event.leg }) : stay(state);
        case "legAnswered":
            return endLateAnswer(state, event.leg);
        case "mediaOffered":
            return event.leg === state.target ? stay(state) : go(state, { kind: "releaseMedia", leg: event.leg });
        case "legRinging":
        case "legEnded":
        case "mediaAnswered":
        case "mediaFailed":
        case "bridgeStopping":
            return stay(state);
    }
}

/**
 * The other party has to agree, within a limited time. If it has made an offer itself meanwhile, it is not asked: its own
 * offer is handled next.
 */
function askPeer(state: Changing, sdp: Sdp, now: number): Transition {
    if (state.next !== undefined) return complete(state, undefined);
    return go(
        { ...state, waitsFor: "peer" },
        { kind: "reoffer", leg: peerOf(state, state.by), sdp },
        { kind: "startTimer", timer: "change", at: now + CHANGE_TIMEOUT_MS },
    );
}

/** The other party has answered, or will not: then its session stays as it was. */
function complete(state: Changing, sdp: Sdp | undefined, ...before: CallEffect[]): Transition {
    const { target, by } = state;
    return go({ ...state, waitsFor: "completion" }, { kind: "stopTimer", timer: "change" }, ...before, {
        kind: "completeChange",
        leg: target,
        by,
        sdp,
    });
}

/** One offer of the other party can wait. A party cannot offer again before its first offer is answered (RFC 3264, section 4). */
function receiveAnother(state: Changing, offer: WaitingOffer): Transition {
    if (!isParty(state, offer.leg)) return stay(state);
    if (offer.leg === state.by || state.next !== undefined) return go(state, { kind: "postponeOffer", leg: offer.leg });
    return stay({ ...state, next: { leg: offer.leg, sdp: offer.sdp } });
}

/** The change is over, as `reply` says; the offer that waited is handled next. */
function finish(state: Changing, reply: CallEffect, hold?: Hold): Transition {
    const { by, waitsFor: _waitsFor, next, ...conversation } = state;
    const others = state.heldBy.filter((leg) => leg !== by);
    const heldBy = hold === undefined ? state.heldBy : hold === "holds" ? [...others, by] : others;
    const { state: then, effects } = beginChange({ ...conversation, phase: "connected", heldBy }, next);
    return go(then, reply, ...effects);
}

function answered({ by }: Changing, sdp: Sdp): CallEffect {
    return { kind: "answerOffer", leg: by, sdp };
}

function isAsked(state: Changing, leg: LegId): boolean {
    return state.waitsFor === "peer" && leg === peerOf(state, state.by);
}
