import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { packetsByTag } from "../../../lib/media/callReport.ts";
import { LivenessWatch } from "../../../lib/media/LivenessWatch.ts";
import { beginLiveness, heardOf, isLost, type Expectation } from "../../../lib/media/mediaLiveness.ts";
import { FakeClock } from "../../support/FakeClock.ts";

describe("when media counts as lost", () => {
    const LIMITS = { silenceMs: 60, browserSilenceMs: 40 };
    const rtp: Expectation = { origin: "rtp", target: "rtp" };
    const mixed: Expectation = { origin: "rtp", target: "webrtc" };
    const held: Expectation = { origin: "mute", target: "webrtc" };
    const listening: Expectation = { origin: "mute", target: "reports" };

    /** Packets come in until the given times, the engine answers until `engine`; looked at when 100 have passed. */
    function after(origin: number, target: number, engine: number, expected: Expectation): boolean {
        let liveness = beginLiveness(0);
        for (let now = 0; now <= engine; now += 10) {
            const packets = { origin: Math.min(now, origin), target: Math.min(now, target) };
            liveness = heardOf(liveness, packets, now);
        }
        return isLost(liveness, expected, LIMITS, 100);
    }

    test.each([
        ["both are heard", 100, 100, 100, rtp, false],
        ["a phone is silent and the other one is not", 0, 100, 100, rtp, false],
        ["both phones are silent", 40, 30, 100, rtp, true],
        ["both phones are silent, but not for so long", 50, 30, 100, rtp, false],
        ["the phone is silent and the browser is not", 0, 100, 100, mixed, false],
        ["the browser is silent and the phone is not", 100, 60, 100, mixed, true],
        ["the browser is silent, but not for so long", 100, 70, 100, mixed, false],
        ["both are silent while one holds", 0, 0, 100, held, false],
        ["the browser listens and reports", 100, 100, 100, listening, false],
        ["the browser listens and has stopped to report", 100, 40, 100, listening, true],
        ["the browser listens and has not reported for a while", 100, 60, 100, listening, false],
        ["the browser listens to a phone that sends nothing", 0, 0, 100, listening, false],
        ["the browser listens to a phone that has stopped to send", 70, 20, 100, listening, false],
        ["the engine does not answer while one holds", 0, 0, 40, held, true],
        ["the engine does not answer", 100, 100, 40, rtp, true],
        ["the engine does not answer for a while", 100, 100, 50, rtp, false],
    ] as const)("if %s", (_, origin, target, engine, expected, lost) => {
        expect(after(origin, target, engine, expected)).toBe(lost);
    });
});

describe("packetsByTag", () => {
    test("sums what came in on each side's streams", () => {
        const stream = (packets: unknown): unknown => ({ stats: { packets } });
        const reply = {
            tags: {
                origin: { medias: [{ streams: [stream(12), stream(3)] }] },
                target: { medias: [{ streams: [stream("7")] }, {}] },
            },
        };
        expect([...packetsByTag(reply)]).toEqual([
            ["origin", 15],
            ["target", 7],
        ]);
    });

    test.each([
        {},
        { tags: null },
        { tags: [] },
        { tags: { a: 1, b: { medias: [{ streams: [{ stats: 3 }, null] }] } } },
    ])("makes nothing of %j", (reply) => {
        expect([...packetsByTag(reply).values()].every((packets) => packets === 0)).toBe(true);
    });
});

describe("LivenessWatch", () => {
    function counted(): { polls: number; poll: () => Promise<void> } {
        const call = { polls: 0, poll: () => Promise.resolve(void (call.polls += 1)) };
        return call;
    }

    async function pass(clock: FakeClock, ms: number): Promise<void> {
        for (let passed = 0; passed < ms; passed += 100) {
            clock.advance(100);
            await setImmediate();
        }
    }

    test("looks at each call about once an interval, and by one timer", async () => {
        const clock = new FakeClock();
        const watch = new LivenessWatch(clock, 5_000);
        const calls = Array.from({ length: 40 }, counted);
        for (const call of calls) watch.add(call);
        expect(clock.pending).toBe(1);
        await pass(clock, 50_000);
        expect(Math.min(...calls.map(({ polls }) => polls))).toBeGreaterThanOrEqual(8);
        expect(Math.max(...calls.map(({ polls }) => polls))).toBeLessThanOrEqual(12);
        expect(clock.pending).toBe(1);
    });

    test("spreads its looks over the interval", async () => {
        const clock = new FakeClock();
        const watch = new LivenessWatch(clock, 5_000);
        const calls = Array.from({ length: 100 }, counted);
        for (const call of calls) watch.add(call);
        await pass(clock, 1_000);
        const polls = calls.reduce((sum, call) => sum + call.polls, 0);
        expect(polls).toBeGreaterThan(5);
        expect(polls).toBeLessThan(30);
    });

    test("does not ask again while an answer is out", async () => {
        const clock = new FakeClock();
        const watch = new LivenessWatch(clock, 1_000);
        let polls = 0;
        watch.add({
            poll: () => {
                polls += 1;
                return new Promise(() => undefined);
            },
        });
        await pass(clock, 10_000);
        expect(polls).toBe(1);
    });

    test("sleeps without calls and wakes with the next", async () => {
        const clock = new FakeClock();
        const watch = new LivenessWatch(clock, 1_000);
        const [one, other] = [counted(), counted()];
        watch.add(one);
        watch.remove(one);
        watch.remove(one);
        expect(clock.pending).toBe(0);
        watch.add(other);
        await pass(clock, 3_000);
        expect([one.polls, other.polls > 0]).toEqual([0, true]);
        watch.stop();
        expect(clock.pending).toBe(0);
    });
});
