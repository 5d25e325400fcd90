import { afterAll, beforeAll, expect, test } from "vitest";
import { browserAnswer, captured, phone } from "../../support/descriptions.ts";
import { MediaWorld } from "../../support/mediaWorld.ts";

let world: MediaWorld;

beforeAll(async () => {
    world = await MediaWorld.start();
});
afterAll(() => world.stop());

const address = /^c=IN IP4 127\.0\.0\.1\r$/m;

test("a browser that answers before it has a candidate does not put the phone on hold", async () => {
    const session = world.open("rtp", "webrtc");
    const offered = await session.offer(phone());
    const mid = /^a=mid:(\S+)/m.exec(offered)?.[1] ?? "0";
    const answered = await session.answer(browserAnswer({ mid }));
    await session.release();
    expect(answered).toMatch(address);
    expect(answered).toMatch(/^a=sendrecv\r$/m);
});

test("nor does one that offers before it has", async () => {
    const session = world.open("webrtc", "rtp");
    const offered = await session.offer(captured("chromium-156-audio-offer"));
    await session.release();
    expect(offered).toMatch(address);
    expect(offered).toMatch(/^a=sendrecv\r$/m);
});
