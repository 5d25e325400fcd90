import type { CallEffect } from "../CallEffect.ts";
import type { CallEvent, Hold } from "../CallEvent.ts";
import { CHANGE_TIMEOUT_MS } from "../CallPolicy.ts";
import type { Changing, Connected, WaitingOffer } from "../CallState.ts";
import { go, stay, type Transition } from "../transition.ts";
import type { LegId, Sdp } from "../vocabulary.ts";
import { onConversationEvent } from "./conversation.ts";
import { beginChange, beginJoin } from "./enter.ts";
import { isParty, peerOf, sideIn } from "./parties.ts";

export function whileChanging(state: Changing, event: CallEvent, now: number): Transition {
    switch (event.kind) {
        case "changeAnswered":
            if (state.waitsFor === "peer") return stay(state);
            return finish(state, now, { kind: "answerOffer", leg: state.by, sdp: event.sdp }, event.hold);
        case "changeForwarded":
            return state.waitsFor === "proposal" ? askPeer(state, event.sdp, now) : stay(state);
        case "changeFailed":
            if (state.waitsFor === "peer") return stay(state);
            return finish(state, now, { kind: "rejectOffer", leg: state.by, cause: event.cause });
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
        case "holdCommanded":
        case "bridgeStopping":
            return stay(state);
    }
}

/**
 * The other party has to agree, within a limited time. If it has made an offer itself meanwhile, it is not asked: its own
 * offer is handled next.
 */
function askPeer(state: Changing, sdp: Sdp, now: number): Transition {
    if (state.next !== undefined && state.next.leg !== state.by) return complete(state, undefined);
    return go(
        { ...state, waitsFor: "peer" },
        { kind: "reoffer", leg: peerOf(state, state.by), sdp },
        { kind: "startTimer", timer: "change", at: now + CHANGE_TIMEOUT_MS },
    );
}

/** The other party has answered, or will not: then its session stays as it was. */
function complete(state: Changing, sdp: Sdp | undefined, ...before: CallEffect[]): Transition {
    const side = sideIn(state, state.by) ?? "origin";
    return go({ ...state, waitsFor: "completion" }, { kind: "stopTimer", timer: "change" }, ...before, {
        kind: "completeChange",
        leg: state.media,
        side,
        sdp,
    });
}

/** One offer can wait. A party cannot offer again before its first offer is answered (RFC 3264, section 4). */
function receiveAnother(state: Changing, offer: WaitingOffer): Transition {
    const isFirst = offer.leg !== state.by || state.proposedBy === "command";
    const canWait = isParty(state, offer.leg) && isFirst && state.next === undefined;
    if (!canWait) return go(state, { kind: "postponeOffer", leg: offer.leg });
    return stay({ ...state, next: { leg: offer.leg, sdp: offer.sdp } });
}

/** The change is over, as `reply` says to the party that offered it; what waited for that is handled next. */
function finish(state: Changing, now: number, reply: CallEffect, hold?: Hold): Transition {
    const { by, proposedBy, waitsFor: _waitsFor, next, ...conversation } = state;
    const others = state.heldBy.filter((leg) => leg !== by);
    const heldBy = hold === undefined ? state.heldBy : hold === "holds" ? [...others, by] : others;
    const connected: Connected = { ...conversation, phase: "connected", heldBy };
    const { transfer } = state;
    const { state: then, effects } =
        transfer?.stage === "ready" ? beginJoin(connected, transfer, next, now) : beginChange(connected, next);
    return go(then, ...(proposedBy === "party" ? [reply] : []), ...effects);
}

function isAsked(state: Changing, leg: LegId): boolean {
    return state.waitsFor === "peer" && leg === peerOf(state, state.by);
}
