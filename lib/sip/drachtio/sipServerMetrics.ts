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

/** What scans and floods consist of: senders on no list, known scanners, too many messages or connections, and no SIP. */
const SUSPICIOUS_DROPS =
    /^sip_server_dropped_total\{reason="(?:unlisted_source|scanner|rate_limited|malformed|too_many_connections\w*)"\} (\d+)$/gm;
/** Stands in the metrics also before anything was dropped. */
const COMPLETE = /^sip_server_transactions /m;

/**
 * Number of requests in `fetchSipServerMetrics` that the server dropped before the bridge could see them. Undefined if the text has no
 * metrics of the server.
 */
export function droppedRequests(metrics: string): number | undefined {
    if (!COMPLETE.test(metrics)) return undefined;
    return [...metrics.matchAll(SUSPICIOUS_DROPS)].reduce((sum, [, count]) => sum + Number(count), 0);
}
