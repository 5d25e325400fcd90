import type { CallEffect } from "./CallEffect.ts";
import type { CallState, Ended } from "./CallState.ts";
import { type EndCause, type LegId, ORIGIN } from "./vocabulary.ts";

export interface Transition {
    readonly state: CallState;
    readonly effects: readonly CallEffect[];
}

/** Goes on to `state`, with these effects. */
export function go(state: CallState, ...effects: CallEffect[]): Transition {
    return { state, effects };
}

/** Changes nothing: the event is late, repeated or of no interest in this phase. */
export function stay(state: CallState): Transition {
    return { state, effects: [] };
}

/** Why a call ends, and when. */
export interface Ending {
    readonly cause: EndCause;
    readonly by: Ended["by"];
    readonly now: number;
}

/**
 * The one exit point of a call. Every leg that has not ended receives the cause, except the one that ended the call. Timers stop,
 * a transfer is cancelled and all media is released, whatever the phase: these effects are harmless if there is nothing to do.
 */
export function end(state: Exclude<CallState, Ended>, { cause, by, now }: Ending): Transition {
    const { openedAt, policy } = state;
    const answeredAt = "answeredAt" in state ? state.answeredAt : undefined;
    const transfer = "transfer" in state ? state.transfer : undefined;
    return go(
        { phase: "ended", openedAt, policy, answeredAt, endedAt: now, cause, by },
        { kind: "stopTimer", timer: "answer" },
        { kind: "stopTimer", timer: "change" },
        { kind: "stopTimer", timer: "duration" },
        ...(transfer === undefined ? [] : [{ kind: "cancelTransfer" } as const]),
        ...legsOf(state)
            .filter((leg) => leg !== by && !(leg === transfer?.by && transfer.transferor === "left"))
            .map((leg) => ({ kind: "endLeg", leg, cause }) as const),
        ...mediaOf(state).map((leg) => ({ kind: "releaseMedia", leg }) as const),
    );
}

/** Ends a leg that does not get the call. */
export function leave(leg: LegId, cause: EndCause): CallEffect[] {
    return [
        { kind: "endLeg", leg, cause },
        { kind: "releaseMedia", leg },
    ];
}

/** The legs that are not over. */
function legsOf(state: Exclude<CallState, Ended>): readonly LegId[] {
    switch (state.phase) {
        case "alerting":
            return [ORIGIN, ...mediaOf(state)];
        case "answering":
            return [ORIGIN, state.target];
        case "connected":
        case "changing":
        case "joining":
            return [state.origin, state.target, ...(state.transfer?.stage === "ready" ? [state.transfer.arrives] : [])];
    }
}

/** The legs whose media sessions are not released. */
function mediaOf(state: Exclude<CallState, Ended>): readonly LegId[] {
    switch (state.phase) {
        case "alerting":
            return state.branches.filter(({ phase }) => phase !== "over").map(({ leg }) => leg);
        case "answering":
            return [state.target];
        case "connected":
        case "changing":
        case "joining":
            return [state.media];
    }
}
