const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

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

    started(now: number): void {
        this.#turn(now);
        this.#concurrent += 1;
        this.#starts.push(now);
    }

    ended(now: number, minutes: number, cost: number): void {
        this.#turn(now);
        this.#concurrent = Math.max(0, this.#concurrent - 1);
        this.#minutes += minutes;
        this.#cost += cost;
    }

    /** Forgets what is older than the limits look back. */
    #turn(now: number): void {
        this.#starts = this.#starts.filter((start) => start > now - MINUTE_MS);
        const day = Math.floor(now / DAY_MS);
        if (day === this.#day) return;
        this.#day = day;
        this.#minutes = 0;
        this.#cost = 0;
    }
}
