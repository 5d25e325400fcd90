import type { LegId } from "./vocabulary.ts";

/** Whom a call rings, in which order and for how long. Plain data, made when the call is opened. At least one step. */
export type RingPlan = readonly RingStep[];

/** Legs that ring at the same time: the first to answer gets the call. */
export interface RingStep {
    /** At least one. */
    readonly legs: readonly LegId[];
    /** How long they can ring before the next step begins, or the call ends with `noAnswer`, in ms. */
    readonly forMs: number;
    /** `unreached`: the step is left out unless no leg of the step before could be reached. Left out, it follows in any case. */
    readonly only?: "unreached";
}
