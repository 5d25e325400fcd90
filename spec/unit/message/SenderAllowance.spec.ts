import { describe, expect, it } from "vitest";
import { SenderAllowance } from "../../../lib/message/SenderAllowance.ts";

describe("SenderAllowance", () => {
    it("permits a burst, then the average rate", () => {
        const allowance = new SenderAllowance({ perMinute: 6, burst: 2 });
        expect(allowance.take("a", 0).kind).toBe("allowed");
        expect(allowance.take("a", 0).kind).toBe("allowed");
        expect(allowance.take("a", 0)).toEqual({ kind: "limited", waitMs: 10_000, isNews: true });
        expect(allowance.take("a", 10_000).kind).toBe("allowed");
    });

    it("marks only the first message over the limit as news, until one is permitted again", () => {
        const allowance = new SenderAllowance({ perMinute: 6, burst: 1 });
        allowance.take("a", 0);
        expect(allowance.take("a", 1_000)).toMatchObject({ isNews: true });
        expect(allowance.take("a", 2_000)).toMatchObject({ isNews: false });
        expect(allowance.take("a", 20_000).kind).toBe("allowed");
        expect(allowance.take("a", 20_001)).toMatchObject({ isNews: true });
    });

    it("limits each sender by itself", () => {
        const allowance = new SenderAllowance({ perMinute: 6, burst: 1 });
        allowance.take("a", 0);
        expect(allowance.take("b", 0).kind).toBe("allowed");
    });

    it("does not let a clock that is set back earn messages", () => {
        const allowance = new SenderAllowance({ perMinute: 6, burst: 1 });
        allowance.take("a", 60_000);
        expect(allowance.take("a", 0).kind).toBe("limited");
    });
});
