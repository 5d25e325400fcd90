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

test("keys are whole base64, for suites that encrypt", async () => {
    const session = world.open("rtp", "srtp");
    const offered = await session.offer(offer);
    await session.release();
    const lines = [...offered.matchAll(/^a=crypto:\d+ (\S+) inline:([^\s|]+)/gm)];
    const suites = lines.map(([, suite]) => suite);
    expect(suites).toContain("AES_CM_128_HMAC_SHA1_80");
    expect(suites.filter((suite = "") => !suite.includes("AES"))).toEqual([]);
    expect(lines.map(([, , key = ""]) => key.length % 4).filter((rest) => rest !== 0)).toEqual([]);
});
