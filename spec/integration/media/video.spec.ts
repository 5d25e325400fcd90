import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { RtpTone } from "../../../lab/audio/RtpTone.ts";
import { until } from "../../../lab/world/until.ts";
import type { CallId, Sdp, Side } from "../../../lib/call/vocabulary.ts";
import type { MediaSession } from "../../../lib/ports/MediaProxy.ts";
import { BrowserPeer, startBrowser } from "../../support/BrowserPeer.ts";
import { phone } from "../../support/descriptions.ts";
import { keepLosses } from "../../support/lostMedia.ts";
import { MediaWorld } from "../../support/mediaWorld.ts";
import { VideoMirror } from "../../support/VideoMirror.ts";

const [LOW, HIGH] = [440, 620];

describe("pictures between a phone and a real browser that bundles", () => {
    let browser: Browser;
    let world: MediaWorld;
    let handset: RtpTone;
    let mirror: VideoMirror;
    let peer: BrowserPeer;
    let session: MediaSession;
    const pictureRequests: Side[] = [];

    beforeAll(async () => {
        browser = await startBrowser();
    });
    afterAll(() => browser.close());

    beforeEach(async () => {
        world = await MediaWorld.start();
        handset = await RtpTone.start(LOW);
        peer = await BrowserPeer.open(browser, HIGH);
        await peer.plugInCamera();
        pictureRequests.length = 0;
        session = world.media.open(
            { callId: "pictures" as CallId, transports: { origin: "webrtc", target: "rtp" }, video: "permitted" },
            (event) => {
                keepLosses(world.reports)(event);
                if (event.kind === "pictureRequested") pictureRequests.push(event.side);
            },
        );
    });
    afterEach(async () => {
        await session.release();
        expect(await world.held()).toEqual([0]);
        expect(world.reports).toEqual([]);
        mirror.close();
        await Promise.all([peer.close(), handset.stop()]);
        await world.stop();
    });

    /** Connects them. Resolves to the port for RTCP in the offer to the phone. */
    async function connect(lost: number, feedback: "RTCP" | "none" = "RTCP"): Promise<number> {
        mirror = await VideoMirror.open(lost);
        const sections = feedback === "RTCP" ? mirror.section : mirror.sectionWithoutFeedback;
        const offered = await session.offer(await peer.offer());
        await session.addCandidates("origin", await peer.candidates());
        const answer = phone({ port: handset.port, payloads: "0 101", sections });
        await peer.takeAnswer(await session.answer(answer));
        handset.sendTo({ address: "127.0.0.1", port: Number(/^m=audio (\d+)/m.exec(offered)?.[1]) });
        await until(() => (mirror.received > 10 ? true : undefined), { what: "pictures", timeoutMs: 10_000 });
        return rtcpPort(offered);
    }

    async function awaitCount(what: string, count: () => Promise<number>, least: number): Promise<void> {
        const probe = async (): Promise<true | undefined> => ((await count()) >= least ? true : undefined);
        await until(probe, { what: `${least} ${what}`, timeoutMs: 10_000, everyMs: 50 });
    }

    test.each(["pictureLoss", "fullIntraRequest"] as const)(
        "the phone asks for pictures by %s, and the browser sends them",
        async (way) => {
            const port = await connect(0);
            await awaitCount("pictures at the browser", () => peer.picturesDecoded(), 5);
            for (let request = 1; request <= 3; request += 1) {
                const before = await peer.keyFramesSent();
                // Chromium ignores requests shortly after a key frame, so that decoders repeat them
                const probe = async (): Promise<true | undefined> => {
                    mirror.ask(way, port);
                    return (await peer.keyFramesSent()) > before ? true : undefined;
                };
                await until(probe, { what: "a key frame", timeoutMs: 5_000, everyMs: 200 });
            }
            await Promise.all([handset.hears(HIGH), peer.hears(LOW)]);
        },
    );

    test("the phone asks in its signalling, and the browser sends pictures", async () => {
        await connect(0, "none");
        await awaitCount("pictures at the browser", () => peer.picturesDecoded(), 5);
        for (let request = 1; request <= 3; request += 1) {
            const before = await peer.keyFramesSent();
            const probe = async (): Promise<true | undefined> => {
                await session.requestPicture("target");
                return (await peer.keyFramesSent()) > before ? true : undefined;
            };
            await until(probe, { what: "a key frame", timeoutMs: 5_000, everyMs: 200 });
        }
        expect(pictureRequests).toEqual([]);
    });

    test("the browser lacks the first picture of a phone without feedback, and its request is reported", async () => {
        await connect(10, "none");
        const reported = (): true | undefined => pictureRequests.length > 0 || undefined;
        await until(reported, { what: "a request of the browser", timeoutMs: 10_000 });
        expect(new Set(pictureRequests)).toEqual(new Set(["origin"]));
    });

    test("the browser lacks the first picture, and its request reaches the phone", async () => {
        await connect(10);
        await awaitCount("requests at the phone", () => Promise.resolve(mirror.requests), 1);
        // the phone's pictures are the browser's own: it gets what it asks for once the phone asks in turn
        expect(await peer.picturesDecoded()).toBe(0);
    });
});

function rtcpPort(offered: Sdp): number {
    const video = offered.split("m=video")[1] ?? "";
    const named = /^a=rtcp:(\d+)/m.exec(video)?.[1];
    return Number(named ?? Number(/^ (\d+)/.exec(video)?.[1]) + 1);
}
