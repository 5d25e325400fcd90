import type { Sample } from "../../lib/sip-server/metricsText.ts";
import type { MetricDefinition } from "../../lib/telemetry/metricDefinitions.ts";

/** Meaning of the labels of the SIP server's metrics. */
const SERVER_LABELS: Readonly<Record<string, string>> = {
    protocol: "`udp`, `tcp`, `tls`, `ws` or `wss`",
    reason: "why, for example `unlisted_source` (an unknown sender), `rate_limited` or `malformed`",
};

/** The text of docs/metrics.md. `ofServer`: one sample of each metric of the SIP server. */
export function metricsPage(definitions: readonly MetricDefinition[], ofServer: readonly Sample[]): string {
    const rows = definitions.map((definition) => rowOf(definition));
    const serverRows = ofServer.map(({ labels = {}, ...sample }) => {
        const described = Object.keys(labels).map((label) => [label, SERVER_LABELS[label] ?? ""]);
        return rowOf({ ...sample, labels: Object.fromEntries(described) as Record<string, string> });
    });
    return `<!-- Generated from lib/telemetry/metricDefinitions.ts and lib/sip-server/serverMetrics.ts by npm run generate. -->

# Metrics

The bridge serves these metrics for Prometheus at \`/metrics\`, on the address in \`metrics.listen\`. Label values never contain
phone numbers or Matrix user IDs. A rate of failed calls for each trunk, without those that a caller or callee ended:

\`\`\`
sum by (trunk) (rate(sip_bridge_calls_ended_total{fault=~"trunk|homeserver|media|bridge"}[15m]))
  / sum by (trunk) (rate(sip_bridge_calls_started_total[15m]))
\`\`\`

| Metric | Type | Meaning | Labels |
|---|---|---|---|
${rows.join("\n")}

## Embedded SIP server

The same page contains what the embedded SIP server counts. These metrics are missing while it is down
(\`sip_bridge_sip_server_up\`). Their counters begin again at 0 when it is restarted. An external SIP server serves its own metrics.

| Metric | Type | Meaning | Labels |
|---|---|---|---|
${serverRows.join("\n")}

## Process

In addition, there are the usual metrics of a Node process, such as \`process_cpu_seconds_total\`,
\`process_resident_memory_bytes\` and \`nodejs_eventloop_lag_seconds\`, for the process of the bridge.
`;
}

function rowOf({ name, kind, help, labels }: Pick<MetricDefinition, "name" | "kind" | "help" | "labels">): string {
    const described = Object.entries(labels).map(([label, meaning]) => `\`${label}\`: ${meaning}`);
    return `| \`${name}\` | ${kind} | ${help} | ${described.length === 0 ? "none" : described.join("<br>")} |`;
}
