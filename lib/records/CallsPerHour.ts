import { hasFailed } from "./hasFailed.ts";
import type { CallRecord } from "./CallRecord.ts";

/** Calls that ended within one hour, by result. */
export interface HourOfCalls {
    /** Beginning of the hour, in ms since the Unix epoch. */
    readonly hour: number;
    readonly answered: number;
    readonly failed: number;
    readonly other: number;
}

const HOUR_MS = 3_600_000;
const HOURS = 24;

/** Counts ended calls of the last 24 hours, so that nothing has to read all of them. */
export class CallsPerHour {
    readonly #byHour = new Map<number, HourOfCalls>();

    add(call: CallRecord): void {
        const index = Math.floor(call.endedAt / HOUR_MS);
        const before = this.#byHour.get(index) ?? { hour: index * HOUR_MS, answered: 0, failed: 0, other: 0 };
        const result = hasFailed(call) ? "failed" : call.answeredAt === undefined ? "other" : "answered";
        this.#byHour.set(index, { ...before, [result]: before[result] + 1 });
        const [oldest] = this.#byHour.keys();
        if (this.#byHour.size > 2 * HOURS && oldest !== undefined) this.#byHour.delete(oldest);
    }

    /** The last 24 hours, the oldest first. `now` in ms since the Unix epoch. */
    at(now: number): readonly HourOfCalls[] {
        const current = Math.floor(now / HOUR_MS);
        return Array.from({ length: HOURS }, (_, passed) => {
            const index = current - HOURS + 1 + passed;
            return this.#byHour.get(index) ?? { hour: index * HOUR_MS, answered: 0, failed: 0, other: 0 };
        });
    }
}
