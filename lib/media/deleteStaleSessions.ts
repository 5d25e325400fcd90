import type { Log } from "../ports/Log.ts";
import { NgFailure } from "./NgFailure.ts";
import type { Rtpengine } from "./Rtpengine.ts";

/** Calls named in one reply, which must fit one datagram. */
const PAGE = 500;

/** The calls of this bridge: their names begin with `prefix`; those in `kept` go on. */
export interface OwnCalls {
    readonly prefix: string;
    readonly kept: ReadonlySet<string>;
}

/**
 * Deletes the calls that an earlier run of this bridge left behind. For the start, before the first call. An engine that does
 * not answer is passed over. Resolves to how many calls were deleted.
 */
export async function deleteStaleSessions(engines: readonly Rtpengine[], own: OwnCalls, log: Log): Promise<number> {
    const counts = await Promise.all(engines.map((engine) => deleteOn(engine, own, log)));
    return counts.reduce((total, count) => total + count, 0);
}

async function deleteOn(engine: Rtpengine, { prefix, kept }: OwnCalls, log: Log): Promise<number> {
    const deleted = new Set<string>();
    try {
        for (;;) {
            const isStale = (name: string): boolean => name.startsWith(prefix) && !kept.has(name) && !deleted.has(name);
            const stale = (await listCalls(engine, PAGE + kept.size)).filter(isStale);
            // a page full of others' calls may hide ours: they end by the engine's own timeouts
            if (stale.length === 0) break;
            for (const name of stale) {
                await engine.request("delete", { "call-id": name, "delete delay": 0 });
                deleted.add(name);
            }
        }
    } catch (error) {
        if (!(error instanceof NgFailure)) throw error;
        log.warn("failed to delete stale rtpengine sessions", { rtpengine: engine.name, error: error.message });
    }
    if (deleted.size > 0) log.info("stale rtpengine sessions deleted", { rtpengine: engine.name, calls: deleted.size });
    return deleted.size;
}

async function listCalls(engine: Rtpengine, limit: number): Promise<readonly string[]> {
    const { calls } = await engine.request("list", { limit });
    return Array.isArray(calls) ? calls.filter((name: unknown): name is string => typeof name === "string") : [];
}
