/** Takes a timer back. Safe to call twice, and after the timer fired. */
export type CancelTimer = () => void;

/** The only source of time of the SIP server. Every timer of the server goes through one, so that specs decide what the time is. */
export interface Clock {
    /** Milliseconds of a clock that only goes forward; its zero means nothing. */
    now(): number;
    /** Calls `fire` once, `ms` milliseconds from now, unless taken back before. `fire` must not throw. */
    setTimer(ms: number, fire: () => void): CancelTimer;
}

/** The longest delay of a Node timer, which fires immediately for more. Peers may ask for more, such as session timers of a year. */
const longestMs = 2 ** 31 - 1;

/** Node's monotonic clock. Its timers keep the process alive, so what is not cancelled at shutdown shows. */
export const systemClock: Clock = {
    now: () => performance.now(),
    setTimer(ms, fire) {
        const wait = (left: number): NodeJS.Timeout =>
            left <= longestMs ? setTimeout(fire, left) : setTimeout(() => (timer = wait(left - longestMs)), longestMs);
        let timer = wait(ms);
        return () => clearTimeout(timer);
    },
};
