import type { LegFact } from "../../ports/SignallingLeg.ts";

/** Why a call event had no effect on its call. Labels of a counter. */
export type IgnoredBecause =
    /** From someone who is not in this call. */
    | "otherUser"
    /** From a device that is not the one in this call. */
    | "otherParty"
    /** Void in the state the call is in. */
    | "wrongMoment";

/** One step of a leg: where it stands now, what to report to the desk, and whether an answer is to be confirmed. */
export interface LegStep<State> {
    readonly state: State;
    readonly facts: readonly LegFact[];
    /** m.call.select_answer is to be sent, naming this party. */
    readonly select?: string;
    readonly ignored?: IgnoredBecause;
}

export function step<State>(state: State, ...facts: LegFact[]): LegStep<State> {
    return { state, facts };
}

export function ignore<State>(state: State, ignored: IgnoredBecause): LegStep<State> {
    return { state, facts: [], ignored };
}
