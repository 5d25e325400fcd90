import { droppedRequests } from "../../sip/drachtio/sipServerMetrics.ts";
import type { FloodWatch } from "../../admin/supervision/FloodWatch.ts";

/**
 * Counts requests that the embedded SIP server drops by itself, which the bridge never receives, as part of a scan or flood.
 * The returned function reads the counters once; call it at the start and then at intervals of less than a minute.
 */
export function watchServerDrops(
    metrics: () => Promise<string>,
    floods: Pick<FloodWatch, "dropped">,
): () => Promise<void> {
    let before: number | undefined;
    return async () => {
        const total = droppedRequests(await metrics());
        // it does not run, or is an external one
        if (total === undefined) return;
        // a server that was started again counts from zero
        const since = before === undefined || total < before ? 0 : before;
        // a server that outlived the bridge before this one dropped requests then
        const added = before === undefined ? 0 : total - since;
        before = total;
        if (added > 0) floods.dropped(added);
    };
}
