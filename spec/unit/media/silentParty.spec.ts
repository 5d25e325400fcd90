import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import type { CallId } from "../../../lib/call/vocabulary.ts";
import { RtpengineMediaProxy } from "../../../lib/media/RtpengineMediaProxy.ts";
import { RTPENGINE_DEFAULTS } from "../../../lib/media/RtpengineOptions.ts";
import type { MediaEvent } from "../../../lib/ports/MediaProxy.ts";
import { phone } from "../../support/descriptions.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { KeptLog, KeptTelemetry } from "../../support/quiet.ts";
import { ScriptedNg } from "../../support/ScriptedNg.ts";

it.each([
    ["", 0],
    [", although the wall clock is set forward by two hours", 7_200_000],
    [", although the wall clock is set back by two hours", -7_200_000],
])("reports a phone that sends nothing for 6 s, again every 30 s, while the other party sends%s", async (_, jump) => {
    const clock = new FakeClock();
    const ng = new ScriptedNg();
    const events: MediaEvent[] = [];
    let packets = 0;
    ng.script("a", (body) => {
        const tag = (count: number): unknown => ({ medias: [{ streams: [{ stats: { packets: count } }] }] });
        if (body["command"] === "query") return { result: "ok", tags: { origin: tag(++packets), target: tag(5) } };
        return { result: "ok", sdp: phone({ port: 30_000 }) };
    });
    const proxy = new RtpengineMediaProxy(
        {
            ...RTPENGINE_DEFAULTS,
            engines: [{ host: "a", port: 1 }],
            probeIntervalMs: 3_600_000,
            liveness: { pollIntervalMs: 1_000, silenceMs: 600_000, browserSilenceMs: 600_000 },
        },
        { clock, log: new KeptLog(), telemetry: new KeptTelemetry(), openSocket: ng.open },
    );
    const session = proxy.open({ callId: "c1" as CallId, transports: { origin: "rtp", target: "rtp" } }, (event) =>
        events.push(event),
    );
    await session.offer(phone());
    await session.answer(phone());
    const pass = async (seconds: number): Promise<void> => {
        for (let passed = 0; passed < seconds * 4; passed++) {
            clock.advance(250);
            await setImmediate();
        }
    };
    await pass(3);
    clock.jump(jump);
    await pass(3);
    expect(events).toEqual([]);
    await pass(3);
    expect(events).toEqual([{ kind: "partySilent", side: "target" }]);
    await pass(32);
    expect(events).toHaveLength(2);
    proxy.stop();
});
