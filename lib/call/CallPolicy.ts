/** What the operator can choose about a call. Values, not code; times in milliseconds. */
export interface CallPolicy {
    /** How long called parties ring, unless a ring plan says otherwise. */
    readonly ringMs: number;
    /** The longest time a call can be connected before the bridge ends it: a limit on the cost of a forgotten call. */
    readonly maxDurationMs: number;
}

/** How long two calls can take to be joined, in ms: the media proxy is asked twice, and no party. */
export const JOIN_TIMEOUT_MS = 20_000;

/** How long a party can take to answer a new offer of the other one before the bridge answers in its place, in ms. */
export const CHANGE_TIMEOUT_MS = 20_000;
