import type { CallEvent } from "./CallEvent.ts";
import type { CallPolicy } from "./CallPolicy.ts";
import type { Alerting, CallState, Ended } from "./CallState.ts";
import type { RingPlan } from "./RingPlan.ts";
import { dialStep, whileAlerting } from "./states/alerting.ts";
import { whileAnswering } from "./states/answering.ts";
import { whileChanging } from "./states/changing.ts";
import { whileConnected } from "./states/connected.ts";
import { onceEnded } from "./states/ended.ts";
import { whileJoining } from "./states/joining.ts";
import { isParty } from "./states/parties.ts";
import { end, type Transition } from "./transition.ts";
import { type EndCause, type LegId, ORIGIN, type Sdp } from "./vocabulary.ts";

/** What a call begins with. */
export interface Opening {
    readonly policy: CallPolicy;
    readonly plan: RingPlan;
    /** The origin's offer. */
    readonly offer: Sdp;
}

/** The first step of every call: dials the first legs of the plan. `now`: wall time, in ms. */
export function openCall({ policy, plan, offer }: Opening, now: number): Transition {
    const base = { phase: "alerting", openedAt: now, policy, plan, offer, progress: "silent" } as const;
    return dialStep({ ...base, step: 0, deadline: now, branches: [], candidates: [] }, 0, now);
}

/**
 * One step of a call: a pure function of its state, the event and the wall time in ms. Never throws; an event that has no
 * meaning in a phase leaves the state as it is, by identity, without effects (the desk counts those).
 */
export function reduceCall(state: CallState, event: CallEvent, now: number): Transition {
    if (state.phase === "ended") return onceEnded(state, event);
    const ending = endingOf(state, event);
    if (ending !== undefined) return end(state, { ...ending, now });
    switch (state.phase) {
        case "alerting":
            return whileAlerting(state, event, now);
        case "answering":
            return whileAnswering(state, event, now);
        case "connected":
            return whileConnected(state, event, now);
        case "changing":
            return whileChanging(state, event, now);
        case "joining":
            return whileJoining(state, event, now);
    }
}

/** The events that end a call in every phase. While legs ring, the end of one of them does not. */
function endingOf(
    state: Exclude<CallState, Ended>,
    event: CallEvent,
): { readonly cause: EndCause; readonly by: LegId | "bridge" } | undefined {
    if (event.kind === "bridgeStopping") return { cause: "serviceUnavailable", by: "bridge" };
    if (event.kind === "legEnded" && isInCall(state, event.leg)) return { cause: event.cause, by: event.leg };
    if (event.kind === "mediaFailed" && state.phase !== "alerting" && event.leg === mediaOf(state)) {
        return { cause: event.cause, by: "bridge" };
    }
    if (
        event.kind === "timerFired" &&
        event.timer === "duration" &&
        "deadline" in state &&
        state.phase !== "alerting"
    ) {
        return { cause: "hungUp", by: "bridge" };
    }
    return undefined;
}

/** Whether the call ends with this leg. It goes on without a party that has asked for a transfer. */
function isInCall(state: Exclude<CallState, Ended>, leg: LegId): boolean {
    if (state.phase === "alerting") return leg === ORIGIN;
    if ("transfer" in state && state.transfer?.by === leg) return false;
    return isParty(state, leg);
}

function mediaOf(state: Exclude<CallState, Ended | Alerting>): LegId {
    return state.phase === "answering" ? state.target : state.media;
}
