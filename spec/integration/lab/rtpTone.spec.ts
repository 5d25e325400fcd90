import { afterEach, expect, test } from "vitest";
import { RtpTone } from "../../../lab/audio/RtpTone.ts";

const started: RtpTone[] = [];

async function start(hz: number): Promise<RtpTone> {
    const tone = await RtpTone.start(hz);
    started.push(tone);
    return tone;
}

afterEach(async () => {
    await Promise.all(started.splice(0).map((tone) => tone.stop()));
});

test("two phones hear each other's tone, though only one knows the other's address", async () => {
    const [low, high] = [await start(440), await start(620)];
    low.sendTo(high);
    expect(Math.abs((await high.hears(440)) - 440)).toBeLessThan(2);
    expect(Math.abs((await low.hears(620)) - 620)).toBeLessThan(2);
});

test("a phone without media measures no tone", async () => {
    const phone = await start(440);
    expect(phone.heardHz()).toBeNull();
});
