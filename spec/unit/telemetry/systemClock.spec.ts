import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../../lib/telemetry/systemClock.ts";

describe("systemClock", () => {
    beforeEach(() => void vi.useFakeTimers({ now: 1_000 }));
    afterEach(() => void vi.useRealTimers());

    it("fires once, when it is time", () => {
        let fired = 0;
        systemClock.startTimer(100, () => (fired += 1));
        vi.advanceTimersByTime(99);
        expect([fired, systemClock.now()]).toEqual([0, 1_099]);
        vi.advanceTimersByTime(1_000);
        expect(fired).toBe(1);
    });

    it("measures durations in whole milliseconds", () => {
        vi.useRealTimers();
        for (let i = 0; i < 100; i++) expect(Number.isInteger(systemClock.monotonic())).toBe(true);
    });

    it("fires after a year, longer than Node's timers hold, and can be cancelled until then", () => {
        const yearMs = 365 * 86_400_000;
        let fired = 0;
        systemClock.startTimer(yearMs, () => (fired += 1));
        const cancel = systemClock.startTimer(yearMs, () => (fired += 10));
        vi.advanceTimersByTime(yearMs - 1);
        expect(fired).toBe(0);
        cancel();
        vi.advanceTimersByTime(1);
        expect(fired).toBe(1);
    });

    it("does not fire once cancelled, which may be done at any time", () => {
        let fired = 0;
        const cancel = systemClock.startTimer(100, () => (fired += 1));
        cancel();
        vi.advanceTimersByTime(1_000);
        cancel();
        expect(fired).toBe(0);
    });
});
