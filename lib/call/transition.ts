import type { CallEffect } from "./CallEffect.ts";
import type { CallState, Ended } from "./CallState.ts";
import type { EndCause, Side } from "./vocabulary.ts";

export interface Transition {
    readonly state: CallState;
    readonly effects: readonly CallEffect[];
}

/** On to `state`, with these orders. */
export function go(state: CallState, ...effects: CallEffect[]): Transition {
    return { state, effects };
}

/** Nothing changes and nothing is to be done: the fact is late, repeated or of no interest in this phase. */
export function stay(state: CallState): Transition {
    return { state, effects: [] };
}

/**
 * The one door out of a call. Whoever is still on the line is told why; the party that ended its own leg is not.
 * Timers stop and media is freed whatever the phase: both orders are harmless when there is nothing to stop or free.
 */
export function end(cause: EndCause, by: Ended["by"]): Transition {
    const survivors: Side[] = (["origin", "target"] as const).filter((side) => side !== by);
    return go(
        { phase: "ended", cause, by },
        { kind: "stopTimer", timer: "answer" },
        { kind: "stopTimer", timer: "duration" },
        ...survivors.map((side) => ({ kind: "endLeg", side, cause }) as const),
        { kind: "releaseMedia" },
    );
}
