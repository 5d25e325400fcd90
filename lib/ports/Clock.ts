/** Time, so that specs can own it. Milliseconds. */
export interface Clock {
    /** Wall time, since the Unix epoch. */
    now(): number;
    /** Calls `fire` once after `ms`; the returned function cancels it and may be called at any time. */
    startTimer(ms: number, fire: () => void): () => void;
}
