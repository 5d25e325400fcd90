import { describe, expect, it } from "vitest";
import { decodeG711, encodeG711 } from "../../../../lib/media/testTone/g711.ts";
import { testToneSample, ToneMeter } from "../../../../lib/media/testTone/toneMeter.ts";

const SECONDS = 2;
const PACKETS = SECONDS * 50;

/** What a meter hears of this signal, in packets of 160 samples. */
function heard(signal: (position: number) => number): ReturnType<ToneMeter["heard"]> {
    const meter = new ToneMeter();
    for (let packet = 0; packet < PACKETS; packet++)
        meter.add(Int16Array.from({ length: 160 }, (_, n) => signal(packet * 160 + n)));
    return meter.heard();
}

const sine = (hz: number) => (position: number) => 8_000 * Math.sin((2 * Math.PI * hz * position) / 8_000);

describe("ToneMeter", () => {
    it.each([0, 8] as const)("recognises the test tone after G.711 with payload type %s", (payload) => {
        const through = (position: number): number =>
            decodeG711(payload, encodeG711(payload, testToneSample(position + 37)));
        expect(heard(through)).toEqual({ packets: PACKETS, audiblePackets: PACKETS, tone: "returned" });
    });

    it("recognises an echo that is 20 dB quieter", () => {
        expect(heard((position) => testToneSample(position) / 10).tone).toBe("returned");
    });

    it.each([
        ["a tone of 620 Hz alone", sine(620)],
        ["the 1004 Hz of a test number", sine(1_004)],
        ["a busy tone", (position: number) => (sine(480)(position) + sine(620)(position)) / 2],
        ["noise", (position: number) => ((position * 7_919) % 16_001) - 8_000],
    ])("does not take %s for it", (_, signal) => {
        expect(heard(signal)).toMatchObject({ audiblePackets: PACKETS, tone: "missing" });
    });

    it("tells silence from audio", () => {
        expect(heard((position) => (position % 3) * 8)).toMatchObject({ packets: PACKETS, audiblePackets: 0 });
    });
});

describe("G.711", () => {
    it.each([0, 8] as const)("keeps samples within the step of their size with payload type %s", (payload) => {
        for (let sample = -32_000; sample <= 32_000; sample += 111) {
            const decoded = decodeG711(payload, encodeG711(payload, sample));
            expect(Math.abs(decoded - sample)).toBeLessThanOrEqual(Math.abs(sample) / 16 + 16);
        }
    });

    it("encodes silence as RFC 3551 expects", () => {
        expect([encodeG711(0, 0), encodeG711(8, 0)]).toEqual([0xff, 0xd5]);
    });
});
