import { describe, expect, it } from "vitest";
import type { CallRecord } from "../../../lib/records/CallRecord.ts";
import { METRIC_DEFINITIONS, type MetricDefinition } from "../../../lib/telemetry/metricDefinitions.ts";
import { createMetrics } from "../../../lib/telemetry/metrics.ts";
import { aCallRecord } from "../../support/aCallRecord.ts";

describe("createMetrics", () => {
    it("counts calls by direction, trunk, cause and party at fault", async () => {
        const { calls, render } = createMetrics();
        calls.started?.(aCallRecord());
        calls.started?.(aCallRecord());
        calls.answered?.(aCallRecord({ startedAt: 0, answeredAt: 1_500 }));
        calls.ended?.(aCallRecord({ answeredAt: 1_500, endedAt: 62_500, cause: "mediaLost", fault: "media" }));
        const text = await render();
        expect(text).toContain('sip_bridge_calls_started_total{direction="inbound",trunk="carrier"} 2');
        expect(text).toContain('sip_bridge_calls_active{direction="inbound"} 1');
        expect(text).toContain('sip_bridge_calls_answered_total{direction="inbound",trunk="carrier"} 1');
        expect(text).toContain(
            'sip_bridge_calls_ended_total{direction="inbound",trunk="carrier",cause="media_lost",fault="media"} 1',
        );
        expect(text).toContain('sip_bridge_call_setup_seconds_sum{direction="inbound"} 1.5');
        expect(text).toContain('sip_bridge_call_talk_seconds_sum{direction="inbound"} 61');
    });

    it("counts the audio of answered calls, and its quality only where it is known", async () => {
        const { calls, render } = createMetrics();
        const fromCaller = { from: "phone", packets: 500, mos: 4.4, lossPercent: 2, jitterMs: 8 } as const;
        const fromCallee = { from: "browser", packets: 500 } as const;
        calls.ended?.(aCallRecord({ audio: { verdict: "bothWays", fromCaller, fromCallee } }));
        const text = await render();
        expect(text).toContain(
            'sip_bridge_call_audio_total{direction="inbound",trunk="carrier",verdict="both_ways"} 1',
        );
        expect(text).toContain('sip_bridge_call_mos_sum{direction="inbound",from="caller"} 4.4');
        expect(text).toContain('sip_bridge_call_packet_loss_ratio_sum{direction="inbound",from="caller"} 0.02');
        expect(text).toContain('sip_bridge_call_jitter_seconds_sum{direction="inbound",from="caller"} 0.008');
        expect(text).not.toContain('from="callee"');
    });

    it("counts registered phones under one trunk label", async () => {
        const { calls, render } = createMetrics();
        calls.started?.(aCallRecord({ via: { kind: "phone", name: "alice-desk" } }));
        const text = await render();
        expect(text).toContain('trunk="registered_phones"');
        expect(text).not.toContain("alice-desk");
    });

    it("leaves unanswered calls out of the talk time", async () => {
        const { calls, render } = createMetrics();
        const { answeredAt: _, ...unanswered } = aCallRecord({ cause: "noAnswer", fault: "callee" });
        calls.ended?.(unanswered satisfies CallRecord);
        expect(await render()).not.toContain("sip_bridge_call_talk_seconds_sum{");
    });

    it("writes every label value in snake case", async () => {
        const { telemetry, render } = createMetrics();
        telemetry.eventIgnored("ended", "legRinging");
        telemetry.dropped("sip", "unknown callee");
        telemetry.dropped("media", "tcpCandidate");
        telemetry.sipResponse("received", "INVITE", 486);
        telemetry.endUndelivered("callee");
        const text = await render();
        expect(text).toContain('sip_bridge_call_events_ignored_total{state="ended",event="leg_ringing"} 1');
        expect(text).toContain('sip_bridge_inputs_dropped_total{from="sip",reason="unknown_callee"} 1');
        expect(text).toContain('sip_bridge_inputs_dropped_total{from="media",reason="tcp_candidate"} 1');
        expect(text).toContain('sip_bridge_sip_responses_total{direction="received",method="invite",status="486"} 1');
        expect(text).toContain('sip_bridge_call_ends_undelivered_total{party="callee"} 1');
    });

    it("shows whether each part is up", async () => {
        const { telemetry, render } = createMetrics("1.2.3");
        telemetry.trunkRegistered("carrier", "down");
        telemetry.trunkRegistered("carrier", "up");
        telemetry.trunkAddress("carrier", "b.example", "down");
        telemetry.rtpengine("127.0.0.1:2223", "down");
        telemetry.homeserver("up");
        telemetry.sipServer("up");
        telemetry.phonesRegistered(7);
        const text = await render();
        expect(text).toContain('sip_bridge_trunk_registered{trunk="carrier"} 1');
        expect(text).toContain('sip_bridge_trunk_address_up{trunk="carrier",address="b.example"} 0');
        expect(text).toContain('sip_bridge_rtpengine_up{address="127.0.0.1:2223"} 0');
        expect(text).toContain("sip_bridge_homeserver_up 1");
        expect(text).toContain("sip_bridge_sip_server_up 1");
        expect(text).toContain("sip_bridge_phones_registered 7");
        expect(text).toContain(`sip_bridge_build_info{version="1.2.3",node="${process.version}"} 1`);
    });

    it("includes the metrics of the process, and shares nothing with other metrics", async () => {
        createMetrics().calls.started?.(aCallRecord());
        const text = await createMetrics().render();
        expect(text).toContain("process_cpu_seconds_total");
        expect(text).not.toContain('direction="inbound"');
    });
});

describe("METRIC_DEFINITIONS", () => {
    it.each(Object.values<MetricDefinition>(METRIC_DEFINITIONS))("$name states what it measures", (definition) => {
        expect(definition.name).toMatch(/^sip_bridge_[a-z_]+$/);
        expect(definition.name.endsWith("_total")).toBe(definition.kind === "counter");
        expect(definition.help).toMatch(/^(?:Number|Duration|Whether) .*\.$/);
    });
});
