import type { CallEvent, Hold } from "../CallEvent.ts";
import type { Connected, Joining, WaitingOffer } from "../CallState.ts";
import { go, stay, type Transition } from "../transition.ts";
import type { EndCause, Sdp } from "../vocabulary.ts";
import { onPartyEvent } from "./conversation.ts";
import { beginChange } from "./enter.ts";
import { endLateAnswer, isParty, peerOf, refuseLink, refuseTransfer, sideIn } from "./parties.ts";
import { failTransfer, toTransferor } from "./transferring.ts";

export function whileJoining(state: Joining, event: CallEvent, now: number): Transition {
    const { waitsFor } = state.progress;
    switch (event.kind) {
        case "handoverOffered":
            return waitsFor === "offer" ? offerLink(state, event.sdp) : stay(state);
        case "legAnswered":
            if (event.leg !== state.transfer.arrives) return endLateAnswer(state, event.leg);
            return waitsFor === "answer" ? complete(state, event.sdp) : stay(state);
        case "handoverDone":
            return state.progress.waitsFor === "completion" ? join(state, event.hold, state.progress.sdp) : stay(state);
        case "handoverFailed":
            return fail(state, event.cause, now);
        case "legEnded":
            return legEnded(state, event, now);
        case "timerFired":
            return event.timer === "change" ? fail(state, "networkFailure", now) : stay(state);
        case "offerReceived":
            return receiveOffer(state, event);
        case "candidatesFound":
        case "partySilent":
        case "legIdentified":
        case "mediaOffered":
            return onPartyEvent(state, event);
        case "transferRequested":
            return isParty(state, event.leg) ? refuseTransfer(state, event.leg) : stay(state);
        case "joinRequested":
            return refuseLink(state);
        case "digitsPressed":
        case "digitsHeard":
        case "pickUpRequested":
        case "pictureRequested":
        case "pictureRequestHeard":
        case "transferPlaced":
        case "transferRinging":
        case "transferDone":
        // the end of the link says the same
        case "transferFailed":
        case "legRinging":
        case "mediaAnswered":
        case "mediaFailed":
        case "offerAnswered":
        case "offerRejected":
        case "changeAnswered":
        case "changeForwarded":
        case "changeFailed":
        case "holdCommanded":
        case "bridgeStopping":
            return stay(state);
    }
}

function offerLink(state: Joining, sdp: Sdp): Transition {
    return go({ ...state, progress: { waitsFor: "answer" } }, { kind: "offerLeg", leg: state.transfer.arrives, sdp });
}

function complete(state: Joining, sdp: Sdp): Transition {
    const side = sideIn(state, state.transfer.by) ?? "target";
    return go(
        { ...state, progress: { waitsFor: "completion", sdp } },
        { kind: "completeHandover", leg: state.media, side, sdp },
    );
}

/**
 * The other call is the party from now on. The party that stays is asked only if it has to know: if it was held and the new
 * party is not, or the other way round.
 */
function join(state: Joining, hold: Hold, sdp: Sdp): Transition {
    const { transfer, progress: _progress, next, ...rest } = state;
    const { by: leaves, arrives } = transfer;
    const before = rest.heldBy.includes(leaves) ? "holds" : "talks";
    const connected: Connected = {
        ...rest,
        phase: "connected",
        ...(leaves === rest.target ? { target: arrives } : { origin: arrives }),
        heldBy: rest.heldBy.map((leg) => (leg === leaves ? arrives : leg)),
        transfer: undefined,
    };
    const endings = [
        ...toTransferor(transfer, { stage: "done" }),
        ...(transfer.transferor === "left" ? [] : [{ kind: "endLeg", leg: leaves, cause: "replaced" } as const]),
    ];
    const stays = peerOf(state, leaves);
    const introductions = [
        { kind: "showParty", leg: arrives, party: stays },
        { kind: "showParty", leg: stays, party: arrives },
    ] as const;
    const isSettled = hold === before || next?.leg === arrives;
    const then = isSettled ? beginChange(connected, next) : beginChange(connected, { leg: arrives, sdp }, next);
    return go(then.state, { kind: "stopTimer", timer: "change" }, ...endings, ...introductions, ...then.effects);
}

/** The media flows as before, and an offer that waited is handled. */
function fail(state: Joining, cause: EndCause, now: number): Transition {
    const { progress: _progress, next, ...rest } = state;
    const { by, arrives } = state.transfer;
    const failed = failTransfer(
        { ...rest, phase: "connected" },
        cause,
        now,
        { kind: "stopTimer", timer: "change" },
        { kind: "endLeg", leg: arrives, cause },
        { kind: "cancelHandover", leg: state.media, side: sideIn(state, by) ?? "target" },
    );
    if (failed.state.phase !== "connected") return failed;
    const then = beginChange(failed.state, next);
    return go(then.state, ...failed.effects, ...then.effects);
}

function legEnded(
    state: Joining,
    { leg, cause }: Extract<CallEvent, { readonly kind: "legEnded" }>,
    now: number,
): Transition {
    const { transfer } = state;
    if (leg === transfer.arrives) return fail(state, cause, now);
    return leg === transfer.by ? stay({ ...state, transfer: { ...transfer, transferor: "left" } }) : stay(state);
}

/** One offer can wait: of the party that stays, or of the other call, which may be joined first. */
function receiveOffer(state: Joining, { leg, sdp }: WaitingOffer): Transition {
    const { by, arrives } = state.transfer;
    const remains = leg === arrives || (leg !== by && isParty(state, leg));
    if (!remains || state.next !== undefined) return go(state, { kind: "postponeOffer", leg });
    return stay({ ...state, next: { leg, sdp } });
}
