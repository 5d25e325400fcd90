import type { MetricDefinition } from "../../lib/telemetry/metricDefinitions.ts";

/** The text of docs/metrics.md. */
export function metricsPage(definitions: readonly MetricDefinition[]): string {
    const rows = definitions.map(({ name, kind, help, labels }) => {
        const described = Object.entries(labels).map(([label, meaning]) => `\`${label}\`: ${meaning}`);
        return `| \`${name}\` | ${kind} | ${help} | ${described.length === 0 ? "none" : described.join("<br>")} |`;
    });
    return `<!-- Generated from lib/telemetry/metricDefinitions.ts by npm run generate. -->

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

In addition, there are the usual metrics of a Node process, such as \`process_cpu_seconds_total\`,
\`process_resident_memory_bytes\` and \`nodejs_eventloop_lag_seconds\`.
`;
}
