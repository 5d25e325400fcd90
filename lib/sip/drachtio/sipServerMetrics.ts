import type { Endpoint } from "../../config/HostPort.ts";

const TIMEOUT_MS = 1_000;

/**
 * The metrics of the embedded SIP server as text (docs/metrics.md). Empty if it does not respond: `sip_bridge_sip_server_up` says
 * so. Never rejects.
 */
export async function fetchSipServerMetrics({ host, port }: Endpoint): Promise<string> {
    try {
        const response = await fetch(`http://${host}:${port}/metrics`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
        return response.ok ? await response.text() : "";
    } catch {
        return "";
    }
}
