import { expect, it } from "vitest";
import { formatMetrics } from "../../../lib/sip-server/metricsText.ts";

it("writes samples as Prometheus reads them, with one heading for each name", () => {
    const dropped = { name: "sip_server_dropped_total", kind: "counter", help: "What was dropped" } as const;
    const text = formatMetrics([
        { name: "sip_server_dialogs", kind: "gauge", help: "Dialogs", value: 3 },
        { ...dropped, labels: { reason: "malformed" }, value: 1 },
        { ...dropped, labels: { reason: 'a "quote"' }, value: 2 },
    ]);
    expect(text).toBe(
        [
            "# HELP sip_server_dialogs Dialogs",
            "# TYPE sip_server_dialogs gauge",
            "sip_server_dialogs 3",
            "# HELP sip_server_dropped_total What was dropped",
            "# TYPE sip_server_dropped_total counter",
            'sip_server_dropped_total{reason="malformed"} 1',
            'sip_server_dropped_total{reason="a \\"quote\\""} 2',
            "",
        ].join("\n"),
    );
});
