/** For how long and how often a message is sent. All in ms. */
export interface MessagePolicy {
    /** From acceptance to failure, while the recipient's network cannot be reached. */
    readonly maxAgeMs: number;
    /** From acceptance to failure, while the recipient's phone is not registered. */
    readonly offlineMs: number;
    /** Pause after the first attempt; it doubles after each further one. */
    readonly firstRetryMs: number;
    readonly longestRetryMs: number;
}
