const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What was used since midnight (UTC). */
export interface DayUsage {
    readonly minutes: number;
    readonly cost: number;
}

/** The day of a time, in days of UTC since the Unix epoch. */
export function dayOf(now: number): number {
    return Math.floor(now / DAY_MS);
}

/** How much of the limits one user, trunk or destination class uses. Days are days of UTC. */
export class Usage {
    #concurrent = 0;
    /** When the calls of the last minute started. */
    #starts: number[] = [];
    #day = 0;
    #minutes = 0;
    #cost = 0;

    /** The use of one kind of limit at this time, in ms since the Unix epoch. */
    of(kind: "concurrentCalls" | "callsPerMinute" | "minutesPerDay" | "costPerDay", now: number): number {
        this.#turn(now);
        switch (kind) {
            case "concurrentCalls":
                return this.#concurrent;
            case "callsPerMinute":
                return this.#starts.length;
            case "minutesPerDay":
                return this.#minutes;
            case "costPerDay":
                return this.#cost;
        }
    }

    /** What was used on the day of `now`. */
    today(now: number): DayUsage {
        this.#turn(now);
        return { minutes: this.#minutes, cost: this.#cost };
    }

    /** Continues with what an earlier run used on the day of `now`. */
    restore(now: number, { minutes, cost }: DayUsage): void {
        this.#turn(now);
        this.#minutes = minutes;
        this.#cost = cost;
    }

    /** A call that goes on used this much more. */
    used(now: number, minutes: number, cost: number): void {
        this.#turn(now);
        this.#minutes += minutes;
        this.#cost += cost;
    }

    started(now: number): void {
        this.resumed(now);
        this.#starts.push(now);
    }

    /** A call of an earlier run of the bridge goes on. */
    resumed(now: number): void {
        this.#turn(now);
        this.#concurrent += 1;
    }

    ended(now: number): void {
        this.#turn(now);
        this.#concurrent = Math.max(0, this.#concurrent - 1);
    }

    /** Forgets what is older than the limits look back. */
    #turn(now: number): void {
        this.#starts = this.#starts.filter((start) => start > now - MINUTE_MS);
        const day = dayOf(now);
        if (day === this.#day) return;
        this.#day = day;
        this.#minutes = 0;
        this.#cost = 0;
    }
}
