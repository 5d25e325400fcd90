/** Time, so that specs can control it. Milliseconds. */
export interface Clock {
    /** Wall time, since the Unix epoch, in whole ms. It can jump: for timestamps that are stored or shown, not for durations. */
    now(): number;
    /** Time that only grows, from an arbitrary start, in whole ms: Matrix events cannot contain fractions. For durations and limits. */
    monotonic(): number;
    /** Calls `fire` once after `ms`; the returned function cancels it and may be called at any time. */
    startTimer(ms: number, fire: () => void): () => void;
}
