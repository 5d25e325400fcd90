import type { EndCause } from "../vocabulary.ts";

/**
 * A call that rings several targets at once, of which the first to answer has it (RFC 3261, section 16.7 calls that
 * forking). It is a matter of ringing only: towards the call it stands for one target, and once a branch has answered
 * it is nothing but that branch.
 */
export type ForkState = ForkRinging | ForkAnswered | ForkOver;

/** Nobody has answered yet. */
export interface ForkRinging {
    readonly phase: "ringing";
    /** At least one of them is not over. */
    readonly branches: readonly BranchState[];
    /** What the call was told. */
    readonly heard: "nothing" | "ringing";
}

export interface ForkAnswered {
    readonly phase: "answered";
    readonly winner: BranchId;
}

/** Kept to tidy up what still arrives. */
export interface ForkOver {
    readonly phase: "over";
    readonly cause: EndCause;
}

/** One of the targets, by its place among them. */
export type BranchId = number;

export type BranchState =
    /** The call has not been offered yet. */
    | { readonly phase: "waiting" }
    /** The media proxy has the origin's offer; the branch knows nothing yet. */
    | { readonly phase: "preparing" }
    /** It has the offer. */
    | { readonly phase: "alerting" }
    | { readonly phase: "over"; readonly cause: EndCause };
