import { isDecisive, isNetworkFault, mostTelling } from "../branchEndCause.ts";
import type { CallEffect } from "../CallEffect.ts";
import type { CallEvent } from "../CallEvent.ts";
import type { Alerting, Branch } from "../CallState.ts";
import { end, type Ending, go, leave, stay, type Transition } from "../transition.ts";
import { type EndCause, type IceCandidate, type LegId, ORIGIN, type Sdp } from "../vocabulary.ts";
import { refuseLink, refuseTransfer } from "./parties.ts";

export function whileAlerting(state: Alerting, event: CallEvent, now: number): Transition {
    switch (event.kind) {
        case "mediaOffered":
            return offerLeg(state, event.leg, event.sdp);
        case "mediaFailed":
            return dropBranch(state, event, leave(event.leg, event.cause), { by: "bridge", now });
        case "legRinging":
            return phaseOf(state, event.leg) === "alerting" ? ring(state, event.delayMs ?? 0) : stay(state);
        case "legAnswered":
            return answer(state, event.leg, event.sdp);
        case "legEnded":
            return dropBranch(state, event, [{ kind: "releaseMedia", leg: event.leg }], { by: event.leg, now });
        case "legIdentified":
            return identify(state, event.leg);
        case "candidatesFound":
            return event.leg === ORIGIN ? addCandidates(state, event.candidates) : stay(state);
        case "timerFired":
            return event.timer === "answer" ? ringNext(state, now) : stay(state);
        case "offerReceived":
            return go(state, { kind: "postponeOffer", leg: event.leg });
        case "transferRequested":
            return refuseTransfer(state, event.leg);
        case "joinRequested":
            return refuseLink(state);
        case "pickUpRequested":
            return addBranch(state, event.leg);
        case "transferPlaced":
        case "transferRinging":
        case "transferDone":
        case "transferFailed":
        case "handoverOffered":
        case "handoverDone":
        case "handoverFailed":
        case "mediaAnswered":
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
        case "holdCommanded":
        case "bridgeStopping":
            return stay(state);
    }
}

/** A leg rings. Its party gets the full ring time, even if it took long to reach it. */
function ring(state: Alerting, delayMs: number): Transition {
    if (state.progress === "ringing" && delayMs === 0) return stay(state);
    const deadline = state.deadline + delayMs;
    const next: Alerting = { ...state, deadline, progress: "ringing" };
    return go(
        next,
        ...(state.progress === "ringing" ? [] : [{ kind: "ringLeg", leg: ORIGIN } as const]),
        ...(delayMs === 0 ? [] : [{ kind: "startTimer", timer: "answer", at: deadline } as const]),
    );
}

/** The only party that rings is shown before it answers; of several, the one that answers is shown then. */
function identify(state: Alerting, leg: LegId): Transition {
    const isOnly = liveLegs(state).length === 1 && phaseOf(state, leg) === "alerting";
    return isOnly ? go(state, { kind: "showParty", leg: ORIGIN, party: leg }) : stay(state);
}

/** Dials the legs of one step of the plan. */
export function dialStep(state: Alerting, step: number, now: number, ...before: CallEffect[]): Transition {
    const { legs, forMs } = state.plan[step] ?? { legs: [], forMs: 0 };
    const deadline = now + forMs;
    const dialled = legs.map((leg): Branch => ({ leg, phase: "preparing" }));
    return go(
        { ...state, step, deadline, branches: [...state.branches, ...dialled] },
        ...before,
        ...legs.flatMap((leg) => dialLeg(state, leg)),
        { kind: "startTimer", timer: "answer", at: deadline },
    );
}

/** A leg that is not in the plan rings as well. */
function addBranch(state: Alerting, leg: LegId): Transition {
    if (phaseOf(state, leg) !== undefined) return stay(state);
    return go({ ...state, branches: [...state.branches, { leg, phase: "preparing" }] }, ...dialLeg(state, leg));
}

function dialLeg({ offer, candidates }: Alerting, leg: LegId): CallEffect[] {
    return [
        { kind: "dialLeg", leg },
        { kind: "allocateMedia", leg, sdp: offer },
        ...(candidates.length === 0 ? [] : [{ kind: "addCandidates", leg, side: "origin", candidates } as const]),
    ];
}

function offerLeg(state: Alerting, leg: LegId, sdp: Sdp): Transition {
    switch (phaseOf(state, leg)) {
        case "preparing":
            return go(withBranch(state, { leg, phase: "alerting" }), { kind: "offerLeg", leg, sdp });
        case "over":
            return go(state, { kind: "releaseMedia", leg });
        case "alerting":
        case undefined:
            return stay(state);
    }
}

/** The first answer gets the call. All other legs end as answered elsewhere. */
function answer(state: Alerting, leg: LegId, sdp: Sdp): Transition {
    const answered = state.branches.find((branch) => branch.leg === leg);
    // an answer that crossed the end of its leg
    if (answered?.phase === "over") return go(state, { kind: "endLeg", leg, cause: answered.cause });
    if (answered?.phase !== "alerting") return stay(state);
    const losers = liveLegs(state).filter((each) => each !== leg);
    const { openedAt, policy } = state;
    return go(
        { phase: "answering", openedAt, policy, target: leg, next: undefined },
        { kind: "stopTimer", timer: "answer" },
        { kind: "completeMedia", leg, sdp },
        ...losers.flatMap((loser) => leave(loser, "answeredElsewhere")),
    );
}

/** The origin's candidates are for every leg that can still answer. */
function addCandidates(state: Alerting, candidates: readonly IceCandidate[]): Transition {
    return go(
        { ...state, candidates: [...state.candidates, ...candidates] },
        ...liveLegs(state).map((leg) => ({ kind: "addCandidates", leg, side: "origin", candidates }) as const),
    );
}

/** A branch is over. That can decide the call, or begin the next step. */
function dropBranch(
    state: Alerting,
    { leg, cause }: { readonly leg: LegId; readonly cause: EndCause },
    effects: readonly CallEffect[],
    { by, now }: Pick<Ending, "by" | "now">,
): Transition {
    const phase = phaseOf(state, leg);
    if (phase === undefined || phase === "over") return stay(state);
    const next = withBranch(state, { leg, phase: "over", cause });
    const isLast = liveLegs(next).length === 0;
    if (!isLast && !isDecisive(cause)) return go(next, ...effects);
    const step = isDecisive(cause) ? undefined : nextStep(next, wasReached(next) ? "reached" : "unreached");
    if (step !== undefined) return dialStep(next, step, now, ...effects);
    const ending = end(next, { cause: isDecisive(cause) ? cause : mostTelling(causesOf(next)), by, now });
    return go(ending.state, ...effects, ...ending.effects);
}

/** No party answered within the time of this step. */
function ringNext(state: Alerting, now: number): Transition {
    // a callee whose phone never rang was not reached
    const cause = state.progress === "ringing" ? "noAnswer" : "unavailable";
    const step = nextStep(state, "reached");
    if (step === undefined) return end(state, { cause, by: "bridge", now });
    const branches = state.branches.map((branch): Branch =>
        branch.phase === "over" ? branch : { leg: branch.leg, phase: "over", cause },
    );
    const left = liveLegs(state).flatMap((leg) => leave(leg, cause));
    return dialStep({ ...state, branches }, step, now, ...left);
}

/** The next step of the plan that is to be dialled, if any. */
function nextStep({ plan, step }: Alerting, outcome: "reached" | "unreached"): number | undefined {
    const next = plan.findIndex(({ only }, at) => at > step && (only === undefined || outcome === "unreached"));
    return next < 0 ? undefined : next;
}

/** Whether a party of the current step may have been reached: another attempt could ring it a second time. */
function wasReached({ plan, step, branches, progress }: Alerting): boolean {
    const legs = plan[step]?.legs ?? [];
    const isUnreached = (branch: Branch): boolean => branch.phase === "over" && isNetworkFault(branch.cause);
    return progress === "ringing" || !branches.filter(({ leg }) => legs.includes(leg)).every(isUnreached);
}

function phaseOf(state: Alerting, leg: LegId): Branch["phase"] | undefined {
    return state.branches.find((branch) => branch.leg === leg)?.phase;
}

function withBranch(state: Alerting, next: Branch): Alerting {
    return { ...state, branches: state.branches.map((branch) => (branch.leg === next.leg ? next : branch)) };
}

function liveLegs({ branches }: Alerting): LegId[] {
    return branches.filter(({ phase }) => phase !== "over").map(({ leg }) => leg);
}

function causesOf({ branches }: Alerting): EndCause[] {
    return branches.flatMap((branch) => (branch.phase === "over" ? [branch.cause] : []));
}
