import type { Clock } from "../ports/Clock.ts";

/** The longest time of one Node timer: it fires immediately for more, and a registrar may grant more than 24 days. */
const longestMs = 2 ** 31 - 1;

/** The time of the machine. */
export const systemClock: Clock = {
    now: () => Date.now(),
    monotonic: () => Math.floor(performance.now()),
    startTimer: (ms, fire) => {
        const wait = (left: number): NodeJS.Timeout =>
            left <= longestMs ? setTimeout(fire, left) : setTimeout(() => (timer = wait(left - longestMs)), longestMs);
        let timer = wait(ms);
        return () => clearTimeout(timer);
    },
};
