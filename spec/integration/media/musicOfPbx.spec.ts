import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { RtpTone } from "../../../lab/audio/RtpTone.ts";
import type { MediaSession } from "../../../lib/ports/MediaProxy.ts";
import { BrowserPeer, startBrowser } from "../../support/BrowserPeer.ts";
import { phone } from "../../support/descriptions.ts";
import { MediaWorld } from "../../support/mediaWorld.ts";

const PHONE = 440;
const BROWSER = 620;
const MUSIC = 1_000;

let world: MediaWorld;
let browser: Browser;
let peer: BrowserPeer;
let pbx: RtpTone;
let session: MediaSession;

beforeAll(async () => {
    [world, browser] = await Promise.all([MediaWorld.start(), startBrowser()]);
});
afterAll(() => Promise.all([world.stop(), browser.close()]));
afterEach(async () => {
    await session.release();
    expect(await world.held()).toEqual([0]);
    await Promise.all([peer.close(), pbx.stop()]);
});

// Asterisk holds for its phone like this: without a re-INVITE, with music from an SSRC of its own, then with the first SSRC.
test("a browser plays the voice of a phone again after the PBX has played music from another SSRC", async () => {
    pbx = await RtpTone.start(PHONE);
    peer = await BrowserPeer.open(browser, BROWSER);
    session = world.open("rtp", "webrtc");
    const answer = await peer.answerTo(await session.offer(phone({ port: pbx.port })));
    const answered = await session.answer(answer);
    pbx.sendTo({
        address: /^c=IN IP4 (\S+)/m.exec(answered)?.[1] ?? "none",
        port: Number(/^m=audio (\d+)/m.exec(answered)?.[1]),
    });
    await session.addCandidates("target", await peer.candidates());
    await Promise.all([pbx.hears(BROWSER), peer.hears(PHONE)]);
    await peer.turnOnLoudspeaker();
    await peer.plays(PHONE);
    pbx.play(MUSIC);
    pbx.sendAs("music");
    await Promise.all([peer.plays(MUSIC), peer.hears(MUSIC)]);
    pbx.play(PHONE);
    pbx.sendAs("voice");
    await peer.plays(PHONE);
});
