import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../../lib/sip-server/Clock.ts";

/** Longer than the longest delay of a Node timer, which would fire immediately. */
const yearMs = 365 * 86_400_000;

describe("a timer of the system's clock", () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    it.each([["of 10 ms", 10] as const, ["of a year", yearMs] as const])(
        "%s fires once, and not before",
        (_what, ms) => {
            const fire = vi.fn();
            systemClock.setTimer(ms, fire);
            vi.advanceTimersByTime(ms - 1);
            expect(fire).not.toHaveBeenCalled();
            vi.advanceTimersByTime(1);
            expect(fire).toHaveBeenCalledOnce();
            expect(vi.getTimerCount()).toBe(0);
        },
    );

    it("of a year can be taken back after half of it", () => {
        const cancel = systemClock.setTimer(yearMs, () => expect.unreachable());
        vi.advanceTimersByTime(yearMs / 2);
        cancel();
        expect(vi.getTimerCount()).toBe(0);
    });
});
