import { describe, expect, it } from "vitest";
import { createMetrics } from "../../../lib/telemetry/metrics.ts";

describe("createMetrics", () => {
    it("counts calls by direction and end", async () => {
        const { telemetry, render } = createMetrics();
        telemetry.callOpened("inbound");
        telemetry.callOpened("inbound");
        telemetry.callOpened("outbound");
        telemetry.callAnswered("inbound", 1_500);
        telemetry.callEnded("inbound", "hungUp", 61_000);
        const text = await render();
        expect(text).toContain('sip_bridge_calls_opened_total{direction="inbound"} 2');
        expect(text).toContain('sip_bridge_calls_active{direction="inbound"} 1');
        expect(text).toContain('sip_bridge_calls_active{direction="outbound"} 1');
        expect(text).toContain('sip_bridge_calls_ended_total{direction="inbound",cause="hungUp"} 1');
        expect(text).toContain('sip_bridge_call_setup_seconds_sum{direction="inbound"} 1.5');
        expect(text).toContain('sip_bridge_call_duration_seconds_bucket{le="60",direction="inbound"} 0');
        expect(text).toContain('sip_bridge_call_duration_seconds_bucket{le="180",direction="inbound"} 1');
    });

    it("counts what came to nothing", async () => {
        const { telemetry, render } = createMetrics();
        telemetry.factIgnored("ended", "targetRinging");
        telemetry.dropped("sip", "unknownPeer");
        telemetry.dropped("sip", "unknownPeer");
        const text = await render();
        expect(text).toContain('sip_bridge_facts_ignored_total{phase="ended",kind="targetRinging"} 1');
        expect(text).toContain('sip_bridge_inputs_dropped_total{from="sip",reason="unknownPeer"} 2');
    });

    it("tells which trunks hold our registration", async () => {
        const { telemetry, render } = createMetrics();
        telemetry.trunkRegistered("carrier", "down");
        telemetry.trunkRegistered("carrier", "up");
        telemetry.trunkRegistered("pbx", "down");
        const text = await render();
        expect(text).toContain('sip_bridge_trunk_registered{trunk="carrier"} 1');
        expect(text).toContain('sip_bridge_trunk_registered{trunk="pbx"} 0');
    });

    it("tells which addresses of trunks take calls", async () => {
        const { telemetry, render } = createMetrics();
        telemetry.trunkAddress("carrier", "a.example", "up");
        telemetry.trunkAddress("carrier", "b.example", "up");
        telemetry.trunkAddress("carrier", "b.example", "down");
        const text = await render();
        expect(text).toContain('sip_bridge_trunk_address_up{trunk="carrier",address="a.example"} 1');
        expect(text).toContain('sip_bridge_trunk_address_up{trunk="carrier",address="b.example"} 0');
    });

    it("tells of the process too, and shares nothing with another", async () => {
        createMetrics().telemetry.callOpened("inbound");
        const text = await createMetrics().render();
        expect(text).toContain("process_cpu_seconds_total");
        expect(text).not.toContain('direction="inbound"');
    });
});
