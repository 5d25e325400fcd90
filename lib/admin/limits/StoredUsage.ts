import { z } from "zod";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import type { StoredText } from "../StoredText.ts";
import type { FraudLimits } from "./FraudLimits.ts";
import { dayOf } from "./Usage.ts";

export interface StoredUsageParts {
    readonly file: StoredText;
    readonly limits: FraudLimits;
    readonly clock: Clock;
    readonly log: Log;
}

const stored = z.object({
    day: z.number(),
    used: z.record(z.string(), z.object({ minutes: z.number(), cost: z.number() })),
    reached: z.array(z.object({ limit: z.string(), key: z.string(), since: z.number() })).default([]),
});

/**
 * Keeps what fraud limits have counted today, so that a restart does not give anybody another day, and which of them are reached, so
 * that they are not reported again.
 */
export class StoredUsage {
    readonly #parts: StoredUsageParts;
    #written = "";

    constructor(parts: StoredUsageParts) {
        this.#parts = parts;
    }

    /** Continues with what was stored. A file that cannot be read is logged: calls must not depend on it. */
    async load(): Promise<void> {
        const { file, limits, clock, log } = this.#parts;
        try {
            const text = await file.read();
            if (text === undefined) return;
            const { day, used, reached } = stored.parse(JSON.parse(text));
            // also those of an earlier day: that they allow calls again is still to be reported
            limits.restoreReached(reached);
            if (day === dayOf(clock.now())) limits.restore(new Map(Object.entries(used)));
        } catch (error) {
            log.warn("use of fraud limits not read: limits of the day start at zero", {
                error,
                hint: "check store.path",
            });
        }
    }

    /** Stores what has changed since the last call. Never rejects. */
    async save(): Promise<void> {
        const { file, limits, clock, log } = this.#parts;
        const used = Object.fromEntries(limits.used());
        const text = JSON.stringify({ day: dayOf(clock.now()), used, reached: limits.reached() });
        if (text === this.#written) return;
        this.#written = text;
        await file.write(text).catch((error: unknown) => {
            log.warn("use of fraud limits not stored", { error, hint: "check store.path" });
        });
    }
}
