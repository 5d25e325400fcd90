import type { Config } from "../config/Config.generated.ts";
import { MetricsEndpoint } from "../sip-server/MetricsEndpoint.ts";

/** Serves what `render` says where the configuration wants it; undefined if it does not. Rejects with why it cannot. */
export async function serveMetrics(
    { metrics }: Config,
    render: () => Promise<string>,
): Promise<MetricsEndpoint | undefined> {
    if (metrics.listen === undefined) return undefined;
    const { host, port } = metrics.listen;
    const endpoint = new MetricsEndpoint(render);
    await endpoint.listen(host, port).catch((cause: unknown) => {
        throw new Error("metrics.listen cannot be used", { cause });
    });
    return endpoint;
}
