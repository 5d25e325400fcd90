import type { LegEvent } from "../../ports/CallLeg.ts";

/** Why a call event had no effect on its call. Used as a metric label. */
export type IgnoreReason =
    /** Sent by a user who is not in this call. */
    | "other_user"
    /** Sent by a device that is not the one in this call. */
    | "other_party"
    /** Not valid in the current state of the call. */
    | "wrong_state";

/** One step of a leg: the new state, the events to report, and the party to select, if any. */
export interface LegStep<State> {
    readonly state: State;
    readonly events: readonly LegEvent[];
    /** Send m.call.select_answer with this party ID. */
    readonly selectedPartyId?: string;
    readonly ignored?: IgnoreReason;
}

export function step<State>(state: State, ...events: LegEvent[]): LegStep<State> {
    return { state, events };
}

export function ignore<State>(state: State, ignored: IgnoreReason): LegStep<State> {
    return { state, events: [], ignored };
}
