import { join } from "node:path";
import type { CallGate } from "../../admin/CallGate.ts";
import type { FraudLimits } from "../../admin/limits/FraudLimits.ts";
import { StoredUsage } from "../../admin/limits/StoredUsage.ts";
import type { Config } from "../../config/Config.generated.ts";
import type { Log } from "../../ports/Log.ts";
import { systemClock } from "../../telemetry/systemClock.ts";
import type { OnStarted } from "../Stoppable.ts";
import { storedFile } from "./storedFile.ts";

export interface WatchLimitsParts {
    readonly config: Pick<Config, "limits" | "store">;
    readonly log: Log;
    readonly prepared: { readonly limits: FraudLimits };
    readonly gate: Pick<CallGate, "endByLimit">;
}

/** How often the time of calls that go on is counted and stored, in ms. */
const INTERVAL_MS = 5_000;

/** Continues with the minutes and cost that an earlier run counted today, and ends calls that reach a limit. */
export async function watchLimits(
    { config, log, prepared, gate }: WatchLimitsParts,
    onStarted: OnStarted,
): Promise<void> {
    const { limits } = prepared;
    const file = storedFile(join(config.store.path, "limits.json"));
    const usage = new StoredUsage({ file, limits, clock: systemClock, log });
    await usage.load();
    const timer = setInterval(() => {
        const over = limits.check();
        if (config.limits.whenReached === "end") for (const callId of over) gate.endByLimit(callId);
        void usage.save();
    }, INTERVAL_MS);
    onStarted({
        name: "fraud limits",
        stop: async () => {
            clearInterval(timer);
            await usage.save();
        },
    });
}
