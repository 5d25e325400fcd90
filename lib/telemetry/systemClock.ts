import type { Clock } from "../ports/Clock.ts";

/** The time of the machine. */
export const systemClock: Clock = {
    now: () => Date.now(),
    startTimer: (ms, fire) => {
        const timer = setTimeout(fire, ms);
        return () => clearTimeout(timer);
    },
};
