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
 * The one exit point of a call. Every leg that has not ended receives the cause, except the one that ended the call. Timers stop and
 * all media is released, whatever the phase: both effects are harmless if there is nothing to stop or release.
 */
export function end(state: Exclude<CallState, Ended>, { cause, by, now }: Ending): Transition {
    const { openedAt, policy } = state;
    const answeredAt = "answeredAt" in state ? state.answeredAt : undefined;
    const called = calledLegs(state);
    return go(
        { phase: "ended", openedAt, policy, answeredAt, endedAt: now, cause, by },
        { kind: "stopTimer", timer: "answer" },
        { kind: "stopTimer", timer: "change" },
        { kind: "stopTimer", timer: "duration" },
        ...[ORIGIN, ...called].filter((leg) => leg !== by).map((leg) => ({ kind: "endLeg", leg, cause }) as const),
        ...called.map((leg) => ({ kind: "releaseMedia", leg }) as const),
    );
}

/** Ends a leg that does not get the call. */
export function leave(leg: LegId, cause: EndCause): CallEffect[] {
    return [
        { kind: "endLeg", leg, cause },
        { kind: "releaseMedia", leg },
    ];
}

/** The called legs that are not over. */
function calledLegs(state: Exclude<CallState, Ended>): readonly LegId[] {
    if (state.phase !== "alerting") return [state.target];
    return state.branches.filter(({ phase }) => phase !== "over").map(({ leg }) => leg);
}
