import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sdp } from "../../../lib/call/vocabulary.ts";
import { MediaWorld } from "../../support/mediaWorld.ts";

let world: MediaWorld;

beforeAll(async () => {
    world = await MediaWorld.start();
});
afterAll(() => world.stop());

const offer = [
    "v=0",
    "o=phone 1 1 IN IP4 127.0.0.1",
    "s=-",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    "m=audio 30000 RTP/AVP 0",
    "a=rtpmap:0 PCMU/8000",
    "",
].join("\r\n") as Sdp;

function keysIn(sdp: string): readonly (readonly [suite: string, key: string])[] {
    return [...sdp.matchAll(/^a=crypto:\d+ (\S+) inline:([^\s|]+)/gm)].map(([, suite = "", key = ""]) => [suite, key]);
}

test("two suites are offered, the stronger first, with keys in whole base64", async () => {
    const session = world.open("rtp", "srtp");
    const offered = keysIn(await session.offer(offer));
    await session.release();
    expect(offered.map(([suite]) => suite)).toEqual(["AES_256_CM_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_80"]);
    expect(offered.map(([, key]) => key.length % 4)).toEqual([0, 0]);
});

test.each([
    ["AEAD_AES_128_GCM", "2yDUR8QzU1+lq0yE3T6N7W1lc2VjcmV0c2FsdA=="],
    ["AES_CM_128_HMAC_SHA1_32", "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"],
])("a phone that offers %s alone gets it, although the bridge does not offer it", async (suite, key) => {
    const session = world.open("srtp", "rtp");
    const secured = offer.replace("RTP/AVP", "RTP/SAVP").concat(`a=crypto:1 ${suite} inline:${key}\r\n`) as Sdp;
    await session.offer(secured);
    const answered = keysIn(await session.answer(offer));
    await session.release();
    expect(answered.map(([chosen]) => chosen)).toEqual([suite]);
});
