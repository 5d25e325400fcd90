import { beforeEach, describe, expect, it } from "vitest";
import { FraudLimits, type LimitedCall, type LimitValues } from "../../../../lib/admin/limits/FraudLimits.ts";
import type { LimitScope } from "../../../../lib/admin/limits/LimitStatus.ts";
import { FakeClock } from "../../../support/FakeClock.ts";

const NONE: Record<LimitScope, LimitValues> = { user: {}, trunk: {}, premium: {}, international: {} };

describe("FraudLimits", () => {
    let clock: FakeClock;
    let reached: string[];
    let count = 0;
    const limitsOf = (values: Partial<typeof NONE>, emergency: "allow" | "reject" = "allow") =>
        new FraudLimits({
            values: { ...NONE, ...values },
            emergency,
            clock,
            onReached: (limit, key) => void reached.push(`${limit} of ${key}`),
            onStillReached: ({ limit, key }) => void reached.push(`${limit} of ${key} still`),
            onCleared: (limit, key) => void reached.push(`${limit} of ${key} cleared`),
        });
    const aCall = (changes: Partial<LimitedCall> = {}): LimitedCall => ({
        callId: `c${(count += 1)}`,
        user: "@alice:matrix.example",
        trunk: "carrier",
        destination: "national",
        rate: 0,
        ...changes,
    });

    beforeEach(() => {
        clock = new FakeClock();
        reached = [];
    });

    it("rejects a call beyond the number of calls at the same time, and admits one after an end", () => {
        const limits = limitsOf({ user: { concurrentCalls: 1 } });
        const first = aCall();
        expect(limits.admit(first)).toEqual({ kind: "admitted" });
        expect(limits.admit(aCall())).toEqual({ kind: "rejected", limit: "user.concurrentCalls" });
        expect(reached).toEqual(["user.concurrentCalls of @alice:matrix.example"]);
        limits.ended(first.callId);
        expect(limits.admit(aCall())).toEqual({ kind: "admitted" });
    });

    it("counts users separately and a trunk for all of them", () => {
        const limits = limitsOf({ user: { concurrentCalls: 1 }, trunk: { concurrentCalls: 2 } });
        limits.admit(aCall());
        expect(limits.admit(aCall({ user: "@bob:matrix.example" })).kind).toBe("admitted");
        expect(limits.admit(aCall({ user: "@carol:matrix.example" }))).toEqual({
            kind: "rejected",
            limit: "trunk.concurrentCalls",
        });
    });

    it("admits calls again after a minute", () => {
        const limits = limitsOf({ user: { callsPerMinute: 2 } });
        limits.admit(aCall());
        limits.admit(aCall());
        expect(limits.admit(aCall()).kind).toBe("rejected");
        clock.advance(60_001);
        expect(limits.admit(aCall()).kind).toBe("admitted");
    });

    it("adds up minutes and price of a day, and begins again at midnight", () => {
        const limits = limitsOf({ user: { minutesPerDay: 10, costPerDay: 5 } });
        const long = aCall({ rate: 1 });
        limits.admit(long);
        limits.answered(long.callId);
        clock.advance(6 * 60_000);
        limits.ended(long.callId);
        expect(limits.admit(aCall())).toEqual({ kind: "rejected", limit: "user.costPerDay" });
        clock.advance(86_400_000);
        expect(limits.admit(aCall()).kind).toBe("admitted");
    });

    it("counts the time of a call that goes on, and names it once it reaches a limit of the day", () => {
        const limits = limitsOf({ user: { minutesPerDay: 10 } });
        const [first, second] = [aCall(), aCall()];
        limits.admit(first);
        limits.admit(second);
        clock.advance(60_000);
        limits.answered(first.callId);
        limits.answered(second.callId);
        clock.advance(4 * 60_000);
        expect(limits.check()).toEqual([]);
        clock.advance(60_000);
        expect(limits.check()).toEqual([first.callId, second.callId]);
        expect(limits.admit(aCall())).toEqual({ kind: "rejected", limit: "user.minutesPerDay" });
        expect(reached).toEqual(["user.minutesPerDay of @alice:matrix.example"]);
    });

    it("reports a limit once while it rejects calls, and when it has rejected none for ten minutes", () => {
        const limits = limitsOf({ user: { callsPerMinute: 1 } });
        limits.admit(aCall());
        limits.admit(aCall());
        limits.admit(aCall());
        clock.advance(599_000);
        limits.check();
        expect(reached).toEqual(["user.callsPerMinute of @alice:matrix.example"]);
        clock.advance(2_000);
        limits.check();
        limits.check();
        expect(reached.slice(1)).toEqual(["user.callsPerMinute of @alice:matrix.example cleared"]);
    });

    it("counts a call of an earlier run that goes on, even beyond a limit, but not as a new call of this minute", () => {
        const limits = limitsOf({ user: { concurrentCalls: 1, callsPerMinute: 1, minutesPerDay: 10 } });
        limits.adopt(aCall({ callId: "resumed" }));
        limits.adopt(aCall({ callId: "resumed too" }));
        expect(limits.admit(aCall())).toEqual({ kind: "rejected", limit: "user.concurrentCalls" });
        clock.advance(6 * 60_000);
        expect(limits.check()).toEqual(["resumed", "resumed too"]);
        limits.ended("resumed");
        limits.ended("resumed too");
        expect(limits.admit(aCall())).toEqual({ kind: "rejected", limit: "user.minutesPerDay" });
    });

    it("continues with what an earlier run counted today", () => {
        const limits = limitsOf({ user: { minutesPerDay: 10, costPerDay: 100 } });
        const call = aCall({ rate: 2 });
        limits.admit(call);
        limits.answered(call.callId);
        clock.advance(9 * 60_000);
        const used = limits.used();
        expect(used.get("user @alice:matrix.example")).toEqual({ minutes: 9, cost: 18 });
        const restarted = limitsOf({ user: { minutesPerDay: 10, costPerDay: 18 } });
        restarted.restore(used);
        expect(restarted.admit(aCall())).toEqual({ kind: "rejected", limit: "user.costPerDay" });
        expect(restarted.admit(aCall({ user: "@bob:matrix.example" })).kind).toBe("admitted");
    });

    it("limits premium numbers together, and no other calls", () => {
        const limits = limitsOf({ premium: { callsPerMinute: 0 } });
        expect(limits.admit(aCall({ destination: "premium" })).kind).toBe("rejected");
        expect(limits.admit(aCall({ destination: "international" })).kind).toBe("admitted");
    });

    it("lets emergency calls pass every limit, or none of them", () => {
        const values = { user: { concurrentCalls: 0 } };
        expect(limitsOf(values).admit(aCall({ destination: "emergency" })).kind).toBe("admitted");
        expect(limitsOf({}, "reject").admit(aCall({ destination: "emergency" })).kind).toBe("rejected");
    });

    it("shows each limit with its greatest use, and values that commands set", () => {
        const limits = limitsOf({ user: { concurrentCalls: 5 } });
        limits.admit(aCall());
        limits.change(new Map([["user.concurrentCalls", { value: 1, by: "@admin:matrix.example" }]]));
        expect(limits.status()).toEqual([
            {
                name: "user.concurrentCalls",
                scope: "user",
                value: 1,
                origin: "@admin:matrix.example",
                used: 1,
                usedBy: "@alice:matrix.example",
            },
        ]);
        expect(limits.admit(aCall()).kind).toBe("rejected");
    });
});
