import { beforeEach, describe, expect, it } from "vitest";
import { watchServerDrops } from "../../../../lib/assembly/administration/watchServerDrops.ts";
import { formatMetrics } from "../../../../lib/sip-server/metricsText.ts";
import { type ServerLoad, serverMetrics } from "../../../../lib/sip-server/serverMetrics.ts";

type Dropped = ServerLoad["transport"]["dropped"];

/** What the server serves at /metrics, with its own functions. */
function metricsWith(dropped: Dropped): string {
    const transport = { received: new Map(), sent: new Map(), dropped, ignoredParts: 0, connections: 0 };
    const engine = { transactions: 0, dialogs: 0, timers: 0, pending: 0, counters: {} };
    const apps = { clients: 1, transactions: 0, dialogs: 0 };
    return formatMetrics(serverMetrics({ engine, transport, control: {}, apps } as unknown as ServerLoad));
}

describe("watchServerDrops", () => {
    let metrics: string;
    let counted: number[];
    let read: () => Promise<void>;

    beforeEach(() => {
        metrics = metricsWith(new Map());
        counted = [];
        read = watchServerDrops(() => Promise.resolve(metrics), { dropped: (requests) => counted.push(requests ?? 1) });
    });

    it("counts what was dropped since the last reading, by reasons that scans and floods have", async () => {
        await read();
        metrics = metricsWith(new Map([["unlistedSource", 100]]));
        await read();
        metrics = metricsWith(
            new Map([
                ["unlistedSource", 150],
                ["scanner", 20],
                ["rateLimited", 3],
                ["malformed", 4],
                ["tooManyConnectionsFromSource", 5],
                ["refused", 1_000],
                ["idle", 1_000],
            ]),
        );
        await read();
        await read();
        expect(counted).toEqual([100, 82]);
    });

    it("does not count what a server dropped before this bridge took it over", async () => {
        metrics = metricsWith(new Map([["unlistedSource", 5_000]]));
        await read();
        expect(counted).toEqual([]);
    });

    it("counts from zero after the server was started again, and nothing while it is down", async () => {
        metrics = metricsWith(new Map([["scanner", 500]]));
        await read();
        metrics = "";
        await read();
        metrics = metricsWith(new Map([["scanner", 40]]));
        await read();
        expect(counted).toEqual([40]);
    });
});
