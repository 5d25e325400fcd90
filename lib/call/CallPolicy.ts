/** What the operator may choose about a call. Values, not code; times in milliseconds. */
export interface CallPolicy {
    /** How long the target may ring before the call ends with `noAnswer`. */
    readonly ringMs: number;
    /** The longest a call may be up before the bridge ends it: a bound on what a forgotten call can cost. */
    readonly maxDurationMs: number;
}
