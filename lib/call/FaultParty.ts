/** The party whose fault a failed call was; `none` for a call that ended normally. Values of the metric label `fault`. */
export type FaultParty = "none" | "caller" | "callee" | "trunk" | "homeserver" | "media" | "bridge";

/** Every party, for tables and exhaustive tests. */
export const FAULT_PARTIES: readonly FaultParty[] = [
    "none",
    "caller",
    "callee",
    "trunk",
    "homeserver",
    "media",
    "bridge",
];

/**
 * A party, or where to look for it: `endingSide` is the caller or callee who ended the call, `endingNetwork` what
 * connects that side. Both are `bridge` if the bridge ended it.
 */
export type Blame = FaultParty | "endingSide" | "endingNetwork";
