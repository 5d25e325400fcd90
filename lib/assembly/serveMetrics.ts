import type { Config } from "../config/Config.generated.ts";
import { MetricsEndpoint } from "../sip-server/MetricsEndpoint.ts";
import type { OnStarted } from "./Stoppable.ts";

/** A part of the text at /metrics. Never rejects. */
export type RenderMetrics = () => Promise<string>;

/**
 * Serves metrics where the configuration wants them. Returns how to add another part of the text later. Rejects with an error
 * that says why the address cannot be used.
 */
export async function serveMetrics(
    { metrics }: Config,
    first: RenderMetrics,
    onStarted: OnStarted,
): Promise<(further: RenderMetrics) => void> {
    const parts = [first];
    if (metrics.listen !== undefined) {
        const { host, port } = metrics.listen;
        const endpoint = new MetricsEndpoint(async () => (await Promise.all(parts.map((render) => render()))).join(""));
        await endpoint.listen(host, port).catch((cause: unknown) => {
            throw new Error("metrics.listen cannot be used", { cause });
        });
        onStarted({ name: "metrics", stop: () => endpoint.close() });
    }
    return (further) => parts.push(further);
}
