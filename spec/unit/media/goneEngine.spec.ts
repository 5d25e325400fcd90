import { setImmediate } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import type { CallId, EndCause } from "../../../lib/call/vocabulary.ts";
import { RtpengineMediaProxy } from "../../../lib/media/RtpengineMediaProxy.ts";
import { RTPENGINE_DEFAULTS } from "../../../lib/media/RtpengineOptions.ts";
import type { MediaSession } from "../../../lib/ports/MediaProxy.ts";
import { captured, phone } from "../../support/descriptions.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { keepLosses } from "../../support/lostMedia.ts";
import { KeptLog, KeptTelemetry } from "../../support/quiet.ts";
import { ScriptedNg } from "../../support/ScriptedNg.ts";

const browserOffer = captured("chromium-156-audio-offer");

describe("an rtpengine that does not answer any more", () => {
    let clock: FakeClock;
    let ng: ScriptedNg;
    let reports: EndCause[];
    let proxy: RtpengineMediaProxy;

    beforeEach(async () => {
        clock = new FakeClock();
        ng = new ScriptedNg();
        reports = [];
        ng.script("a", (body) => {
            if (body["command"] !== "offer") return { result: "ok" };
            return { result: "ok", sdp: phone({ port: 30_000, payloads: "8 101" }) };
        });
        proxy = proxyWith({ requestTimeoutMs: 1_000, probeIntervalMs: 2_000 });
        await proxy.start();
    });

    function proxyWith(times: { readonly requestTimeoutMs: number; readonly probeIntervalMs: number }) {
        return new RtpengineMediaProxy(
            { ...RTPENGINE_DEFAULTS, ...times, engines: [{ host: "a", port: 1 }] },
            { clock, log: new KeptLog(), telemetry: new KeptTelemetry(), openSocket: ng.open },
        );
    }

    async function pass(ms: number): Promise<void> {
        for (let passed = 0; passed < ms; passed += 250) {
            clock.advance(250);
            await setImmediate();
        }
    }

    async function ringing(): Promise<MediaSession> {
        const session = proxy.open(
            { callId: "c1" as CallId, transports: { origin: "webrtc", target: "rtp" } },
            keepLosses(reports),
        );
        await session.offer(browserOffer);
        return session;
    }

    it("ends a call that rings within 5 s", async () => {
        const session = await ringing();
        ng.script("a", () => "silence");
        await pass(5_000);
        expect(reports).toEqual(["serviceUnavailable"]);
        await Promise.all([session.release(), pass(2_000)]);
        await pass(8_000);
        expect(reports).toHaveLength(1);
        proxy.stop();
    });

    it("ends a call that rings within 5 s of a request without a response, however seldom it is probed", async () => {
        proxy.stop();
        clock = new FakeClock();
        proxy = proxyWith({ requestTimeoutMs: 1_000, probeIntervalMs: 3_600_000 });
        await proxy.start();
        const session = await ringing();
        ng.script("a", () => "silence");
        const failing = session.answer(phone({ port: 40_000, payloads: "8 101" })).catch(() => undefined);
        await pass(5_000);
        expect(reports).toEqual(["serviceUnavailable"]);
        await Promise.all([failing, session.release(), pass(2_000)]);
        proxy.stop();
    });

    it("does not end a call if it answers again in time and still has the call", async () => {
        await ringing();
        ng.script("a", () => "silence");
        await pass(4_000);
        ng.script("a", () => ({ result: "ok" }));
        await pass(8_000);
        expect(reports).toEqual([]);
        proxy.stop();
    });

    it("ends a call that rings if it answers again but has lost the call", async () => {
        await ringing();
        ng.script("a", () => "silence");
        await pass(4_000);
        ng.script("a", (body) => {
            return body["command"] === "ping"
                ? { result: "pong" }
                : { result: "error", "error-reason": "Unknown call-id" };
        });
        await pass(4_000);
        expect(reports).toEqual(["serviceUnavailable"]);
        proxy.stop();
    });
});
