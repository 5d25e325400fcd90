import { beforeEach, describe, expect, it } from "vitest";
import type { CallId } from "../../../lib/call/vocabulary.ts";
import { RtpengineMediaProxy } from "../../../lib/media/RtpengineMediaProxy.ts";
import { RTPENGINE_DEFAULTS } from "../../../lib/media/RtpengineOptions.ts";
import type { MediaSession } from "../../../lib/ports/MediaProxy.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { captured, phone } from "../../support/descriptions.ts";
import { engine } from "../../support/engineScript.ts";
import { KeptLog, KeptTelemetry } from "../../support/quiet.ts";
import { ScriptedNg } from "../../support/ScriptedNg.ts";

describe("the audio of a call that ends", () => {
    let ng: ScriptedNg;
    let noted: unknown[];
    let session: MediaSession;

    beforeEach(() => {
        ng = new ScriptedNg();
        ng.script("a", engine());
        noted = [];
        const proxy = new RtpengineMediaProxy(
            { ...RTPENGINE_DEFAULTS, engines: [{ host: "a", port: 1 }] },
            {
                clock: new FakeClock(),
                log: new KeptLog(),
                telemetry: new KeptTelemetry(),
                recorder: { note: (...note) => noted.push(note) },
                openSocket: ng.open,
            },
        );
        const transports = { origin: "webrtc", target: "rtp" } as const;
        session = proxy.open({ callId: "c1" as CallId, transports }, () => undefined);
    });

    it("is noted with codec, packets and quality of what each party sent", async () => {
        const stream = { flags: ["RTP"], SSRC: 1, stats: { packets: 50 } };
        const tags = { origin: { medias: [{ streams: [stream] }] }, target: { medias: [] } };
        const average = { MOS: 43, jitter: 3, "packet loss": 1, samples: 2 };
        await session.offer(captured("chromium-156-audio-offer"));
        await session.answer(phone());
        ng.script("a", () => ({ result: "ok", tags, SSRC: { 1: { "average MOS": average } } }));
        await session.release();
        const origin = { from: "browser", codec: "PCMU", packets: 50, mos: 4.3, lossPercent: 1, jitterMs: 3 };
        const target = { from: "phone", codec: "PCMU", packets: 0 };
        expect(noted).toEqual([["c1", { kind: "audio", sent: { origin, target } }]]);
    });

    it("is not noted if rtpengine did not count it", async () => {
        await session.offer(captured("chromium-156-audio-offer"));
        await session.answer(phone());
        await session.release();
        expect(noted).toEqual([]);
    });

    it("is not asked for if the call was not answered", async () => {
        await session.offer(captured("chromium-156-audio-offer"));
        await session.release();
        expect(ng.arrivals.at(-1)?.body).not.toHaveProperty("from-tag");
    });
});
