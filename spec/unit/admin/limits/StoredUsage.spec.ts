import { beforeEach, describe, expect, it } from "vitest";
import { FraudLimits } from "../../../../lib/admin/limits/FraudLimits.ts";
import { StoredUsage } from "../../../../lib/admin/limits/StoredUsage.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog } from "../../../support/quiet.ts";

describe("StoredUsage", () => {
    let clock: FakeClock;
    let text: string | undefined;
    let writes: number;
    let log: KeptLog;
    let reports: string[];
    const start = (): { limits: FraudLimits; usage: StoredUsage } => {
        const limits = new FraudLimits({
            values: { user: { minutesPerDay: 5 }, trunk: {}, premium: {}, international: {} },
            emergency: "allow",
            clock,
            onReached: (limit) => void reports.push(`${limit} reached`),
            onStillReached: ({ limit, since }) => void reports.push(`${limit} still reached since ${since}`),
            onCleared: (limit) => void reports.push(`${limit} cleared`),
        });
        const file = {
            read: () => Promise.resolve(text),
            write: (written: string) => {
                text = written;
                writes += 1;
                return Promise.resolve();
            },
        };
        return { limits, usage: new StoredUsage({ file, limits, clock, log }) };
    };
    const call = (callId: string) =>
        ({ callId, user: "@alice:matrix.example", trunk: "carrier", destination: "national", rate: 0 }) as const;

    beforeEach(async () => {
        clock = new FakeClock();
        [text, writes, log] = [undefined, 0, new KeptLog()];
        reports = [];
        const { limits, usage } = start();
        await usage.load();
        limits.admit(call("c1"));
        limits.answered("c1");
        clock.advance(6 * 60_000);
        limits.ended("c1");
        await usage.save();
        await usage.save();
    });

    it("lets limits continue after a restart on the same day", async () => {
        const { limits, usage } = start();
        await usage.load();
        expect(limits.admit(call("c2"))).toEqual({ kind: "rejected", limit: "user.minutesPerDay" });
    });

    it("reports a limit once, also across restarts, and once that it allows calls again", async () => {
        const first = start();
        await first.usage.load();
        first.limits.admit(call("c2"));
        const since = clock.now();
        await first.usage.save();
        const second = start();
        await second.usage.load();
        second.limits.admit(call("c3"));
        second.limits.check();
        expect(reports).toEqual(["user.minutesPerDay reached", `user.minutesPerDay still reached since ${since}`]);
        await second.usage.save();
        clock.advance(86_400_000);
        const third = start();
        await third.usage.load();
        clock.advance(600_000);
        third.limits.check();
        await third.usage.save();
        await start().usage.load();
        expect(reports.slice(2)).toEqual([
            `user.minutesPerDay still reached since ${since}`,
            "user.minutesPerDay cleared",
        ]);
    });

    it("loads the file of a version that did not keep which limits are reached", async () => {
        text = JSON.stringify({ ...(JSON.parse(text ?? "") as object), reached: undefined });
        const { limits, usage } = start();
        await usage.load();
        expect(limits.admit(call("c2"))).toEqual({ kind: "rejected", limit: "user.minutesPerDay" });
    });

    it("starts at zero on another day", async () => {
        clock.advance(86_400_000);
        const { limits, usage } = start();
        await usage.load();
        expect(limits.admit(call("c2")).kind).toBe("admitted");
    });

    it("writes only what has changed", () => {
        expect(writes).toBe(1);
    });

    it("starts at zero with a warning if the file is not readable", async () => {
        text = "{";
        const { limits, usage } = start();
        await usage.load();
        expect(limits.admit(call("c2")).kind).toBe("admitted");
        expect(JSON.stringify(log)).toContain("limits of the day start at zero");
    });
});
