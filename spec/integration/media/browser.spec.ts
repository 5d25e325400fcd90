import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { RtpTone } from "../../../lab/audio/RtpTone.ts";
import { until } from "../../../lab/world/until.ts";
import type { Sdp } from "../../../lib/call/vocabulary.ts";
import type { MediaSession } from "../../../lib/ports/MediaProxy.ts";
import { hasName, withCodecs } from "../../../lib/sdp/codecs.ts";
import { parseDescription, writeDescription } from "../../../lib/sdp/sessionDescription.ts";
import { BrowserPeer, startBrowser } from "../../support/BrowserPeer.ts";
import { phone, type PhoneSays } from "../../support/descriptions.ts";
import { MediaWorld } from "../../support/mediaWorld.ts";
import { changeAlone } from "../../support/changeAlone.ts";

const LOW = 440;
const HIGH = 620;

describe("a phone and a real browser through rtpengine", () => {
    let browser: Browser;
    let world: MediaWorld;
    let handset: RtpTone;
    let peer: BrowserPeer;
    let session: MediaSession;

    beforeAll(async () => {
        browser = await startBrowser();
    });

    afterAll(async () => {
        await browser.close();
    });

    beforeEach(async () => {
        world = await MediaWorld.start();
        handset = await RtpTone.start(LOW);
        peer = await BrowserPeer.open(browser, HIGH);
    });

    afterEach(async () => {
        await session.release();
        expect(await world.held()).toEqual([0]);
        expect(world.log.lines).toEqual([]);
        expect(world.reports).toEqual([]);
        await Promise.all([peer.close(), handset.stop()]);
        await world.stop();
    });

    const says = (more: PhoneSays = {}): Sdp => phone({ port: handset.port, ...more });

    async function phoneCallsBrowser(): Promise<void> {
        session = world.open("rtp", "webrtc");
        const answer = await peer.answerTo(await session.offer(says()));
        handset.sendTo(audioAddress(await session.answer(answer)));
        await session.addCandidates("target", await peer.candidates());
    }

    async function browserCallsPhone(): Promise<void> {
        session = world.open("webrtc", "rtp");
        const offered = await session.offer(await peer.offer());
        await session.addCandidates("origin", await peer.candidates());
        await peer.takeAnswer(await session.answer(says({ payloads: "0 101" })));
        handset.sendTo(audioAddress(offered));
    }

    async function expectSound(): Promise<void> {
        handset.forget();
        await Promise.all([handset.hears(HIGH), peer.hears(LOW)]);
    }

    test("a call from the phone is heard both ways", async () => {
        await phoneCallsBrowser();
        await expectSound();
        expect(await peer.streamIds()).toEqual(["sipms"]);
    });

    test("a call from the browser is heard both ways", async () => {
        await browserCallsPhone();
        await expectSound();
        expect(await peer.streamIds()).toEqual(["sipms"]);
    });

    test("a browser that never tells its candidates is heard too", async () => {
        session = world.open("webrtc", "rtp");
        const offered = await session.offer(await peer.offer());
        await peer.takeAnswer(await session.answer(says({ payloads: "0 101" })));
        handset.sendTo(audioAddress(offered));
        await expectSound();
    });

    test.each([
        ["called", phoneCallsBrowser],
        ["calling", browserCallsPhone],
    ])("the %s browser holds and resumes", async (_, connect) => {
        await connect();
        await expectSound();
        const side = connect === phoneCallsBrowser ? "target" : "origin";
        await peer.setDirection("sendonly");
        await peer.takeAnswer(await changeAlone(session, side, await peer.offer()));
        expect(await peer.currentDirection()).toBe("sendonly");
        await peer.hearsNothing();
        await peer.setDirection("sendrecv");
        await peer.takeAnswer(await changeAlone(session, side, await peer.offer()));
        await expectSound();
        expect(await peer.streamIds()).toEqual(["sipms"]);
    });

    test.each([
        ["calling", phoneCallsBrowser],
        ["called", browserCallsPhone],
    ])("the %s phone holds, resumes, and refreshes the session", async (_, connect) => {
        await connect();
        await expectSound();
        const side = connect === phoneCallsBrowser ? "origin" : "target";
        const payloads = side === "origin" ? "0 8 101" : "0 101";
        await changeAlone(session, side, says({ direction: "sendonly", version: 2, payloads }));
        await changeAlone(session, side, says({ direction: "inactive", version: 3, payloads }));
        await changeAlone(session, side, says({ version: 4, payloads }));
        await changeAlone(session, side, says({ version: 4, payloads }));
        await expectSound();
    });

    // The browser is not told, and goes on sending what its party wanted most before.
    describe.each([
        { codec: "G.722", payload: 9, format: "a=rtpmap:9 G722/8000" },
        { codec: "PCMA", payload: 8, format: "a=rtpmap:8 PCMA/8000" },
    ])("a phone that gives up $codec for another codec of the call", ({ payload, format }) => {
        const rest = ["a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000"];
        const both = { payloads: `${payload} 0 101`, formats: [format, ...rest] };
        const one = { payloads: "0 101", version: 2 };

        test("having called, hears and is heard", async () => {
            session = world.open("rtp", "webrtc");
            const answer = await peer.answerTo(await session.offer(says(both)));
            handset.sendTo(audioAddress(await session.answer(answer)));
            await session.addCandidates("target", await peer.candidates());
            await peer.hears(LOW);
            await changeAlone(session, "origin", says(one));
            await expectSound();
        });

        test("having been called, hears and is heard", async () => {
            session = world.open("webrtc", "rtp");
            handset.sendTo(audioAddress(await session.offer(await peer.offer())));
            await session.addCandidates("origin", await peer.candidates());
            await peer.takeAnswer(await session.answer(says(both)));
            await peer.hears(LOW);
            await changeAlone(session, "target", says(one));
            await expectSound();
        });
    });

    test("a phone that gives up Opus, which the engine would give another number, is refused, but may hold", async () => {
        const opus = { payloads: "98 0", formats: ["a=rtpmap:98 opus/48000/2", "a=rtpmap:0 PCMU/8000"] };
        session = world.open("rtp", "webrtc");
        const answer = await peer.answerTo(await session.offer(says(opus)));
        handset.sendTo(audioAddress(await session.answer(answer)));
        await session.addCandidates("target", await peer.candidates());
        await peer.hears(LOW);
        const refused = changeAlone(session, "origin", says({ payloads: "0", version: 2 }));
        await expect(refused).rejects.toMatchObject({ endCause: "noCommonMedia" });
        await changeAlone(session, "origin", says({ payloads: "0", direction: "sendonly", version: 2 }));
        await changeAlone(session, "origin", says({ ...opus, version: 3 }));
        await peer.hears(LOW);
    });

    test.each([
        ["called", phoneCallsBrowser],
        ["calling", browserCallsPhone],
    ])("the %s browser restarts ICE", async (_, connect) => {
        await connect();
        await expectSound();
        const side = connect === phoneCallsBrowser ? "target" : "origin";
        await peer.restartIce();
        await peer.takeAnswer(await changeAlone(session, side, await peer.offer()));
        await session.addCandidates(side, await peer.candidates());
        await expectSound();
    });

    test("a phone on hold hears nothing though the browser restarts ICE, and hears again", async () => {
        await browserCallsPhone();
        await expectSound();
        const payloads = "0 101";
        await changeAlone(session, "target", says({ direction: "inactive", version: 2, payloads }));
        await peer.restartIce();
        await peer.takeAnswer(await changeAlone(session, "origin", await peer.offer()));
        await session.addCandidates("origin", await peer.candidates());
        await handset.hearsNothing();
        // the browser received the hold in the answer to its restart, and receives the end as an offer
        const resumed = await session.proposeChange("target", says({ version: 3, payloads }), "askable");
        await session.completeChange("target", await peer.answerTo(resumed.sdp));
        await expectSound();
    });

    test("the browser's wish for video is turned down, and the call goes on", async () => {
        await browserCallsPhone();
        await expectSound();
        await peer.addVideo();
        await peer.takeAnswer(await changeAlone(session, "origin", await peer.offer()));
        await expectSound();
    });

    describe("a client with Opus alone and a phone with G.711 alone", () => {
        const pcmu = { payloads: "0 101", formats: ["a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000"] };

        test("hear each other if the client calls", async () => {
            session = world.open("webrtc", "rtp");
            const offered = await session.offer(withOpusAlone(await peer.offer()));
            await session.addCandidates("origin", await peer.candidates());
            await peer.takeAnswer(await session.answer(says(pcmu)));
            handset.sendTo(audioAddress(offered));
            await expectSound();
        });

        test("hear each other if the phone calls", async () => {
            session = world.open("rtp", "webrtc");
            const answer = await peer.answerTo(withOpusAlone(await session.offer(says(pcmu))));
            expect(answer).toMatch(/^a=rtpmap:\d+ opus/m);
            const answered = await session.answer(answer);
            // an answer has nothing that the offer had not
            expect(answered).toMatch(/^m=audio \d+ RTP\/AVP 0\b/m);
            expect(answered).not.toContain("opus");
            handset.sendTo(audioAddress(answered));
            await session.addCandidates("target", await peer.candidates());
            await expectSound();
        });
    });

    test("a phone with codecs that rtpengine cannot encode is refused before anything rings, with their names", async () => {
        session = world.open("rtp", "webrtc");
        const amr = { payloads: "96 97", formats: ["a=rtpmap:96 AMR/8000", "a=rtpmap:97 iLBC/8000"] };
        const refused = session.offer(says(amr));
        await expect(refused).rejects.toMatchObject({
            endCause: "noCommonMedia",
            message: expect.stringContaining("AMR, iLBC") as string,
        });
    });

    test("a phone that speaks G.729 only is put through by transcoding", async () => {
        session = world.open("rtp", "webrtc");
        const g729 = { payloads: "18 101", formats: ["a=rtpmap:18 G729/8000", "a=rtpmap:101 telephone-event/8000"] };
        const answered = await session.answer(await peer.answerTo(await session.offer(says(g729))));
        expect(answered).toMatch(/^m=audio \d+ RTP\/AVP 18\b/m);
        const [engine] = world.engines;
        await until(async () => ((await engine?.transcodedStreams()) ?? 0) > 0 || undefined, {
            what: "the engine to transcode",
            timeoutMs: 5_000,
        });
    });
});

/** What a client says that has no other voice codec. */
function withOpusAlone(sdp: Sdp): Sdp {
    const description = parseDescription(sdp);
    const voice = description?.media[0];
    if (description === undefined || voice === undefined) throw new Error("no session description");
    const opus = withCodecs(voice, (codec) => hasName(codec, "opus"));
    return writeDescription({ ...description, media: [opus, ...description.media.slice(1)] });
}

function audioAddress(sdp: string): { address: string; port: number } {
    const address = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1] ?? "none";
    return { address, port: Number(/^m=audio (\d+)/m.exec(sdp)?.[1]) };
}
