import { beforeEach, describe, expect, it } from "vitest";
import { FloodWatch } from "../../../../lib/admin/supervision/FloodWatch.ts";
import { FakeClock } from "../../../support/FakeClock.ts";

describe("FloodWatch", () => {
    let clock: FakeClock;
    let reports: string[];
    let watch: FloodWatch;
    const drop = (requests: number): void => {
        for (let count = 0; count < requests; count++) watch.dropped();
    };
    const pass = (minutes: number): void => {
        for (let passed = 0; passed < minutes; passed++) {
            clock.advance(60_000);
            watch.check();
        }
    };

    beforeEach(() => {
        clock = new FakeClock();
        reports = [];
        watch = new FloodWatch({
            clock,
            onBegin: (perMinute) => reports.push(`begin ${perMinute}`),
            onEnd: () => reports.push("end"),
        });
    });

    it("reports a flood once, also if it goes on for minutes", () => {
        drop(500);
        pass(1);
        drop(500);
        pass(1);
        drop(130);
        expect(reports).toEqual(["begin 120"]);
    });

    it("stays silent about a few dropped requests a minute", () => {
        for (let minute = 0; minute < 60; minute++) {
            drop(100);
            pass(1);
        }
        expect(reports).toEqual([]);
    });

    it("reports the end after five quiet minutes, and a later flood again", () => {
        drop(200);
        pass(5);
        expect(reports).toEqual(["begin 120"]);
        pass(2);
        expect(reports).toEqual(["begin 120", "end"]);
        drop(200);
        expect(reports).toHaveLength(3);
    });

    it("does not take a pause in a flood for its end", () => {
        drop(200);
        for (let minute = 0; minute < 10; minute++) {
            pass(2);
            drop(50);
        }
        expect(reports).toEqual(["begin 120"]);
    });
});
