import { setImmediate } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { Rtpengine } from "../../../lib/media/Rtpengine.ts";
import { RtpenginePool } from "../../../lib/media/RtpenginePool.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { KeptLog } from "../../support/quiet.ts";
import { ScriptedNg } from "../../support/ScriptedNg.ts";

describe("RtpenginePool", () => {
    let clock: FakeClock;
    let ng: ScriptedNg;
    let log: KeptLog;

    beforeEach(() => {
        clock = new FakeClock();
        ng = new ScriptedNg();
        log = new KeptLog();
        for (const host of ["a", "b", "c"]) ng.script(host, () => ({ result: "pong" }));
    });

    function poolOf(choice: "leastLoaded" | "roundRobin", ...hosts: readonly string[]): RtpenginePool {
        const parts = { openSocket: ng.open, clock, timeoutMs: 1_000 };
        const engines = hosts.map((host) => new Rtpengine({ host, port: 1 }, parts, log));
        return new RtpenginePool({ engines, choice, probeIntervalMs: 5_000, clock });
    }

    const picks = (pool: RtpenginePool, count: number): readonly (string | undefined)[] =>
        Array.from({ length: count }, () => pool.pick()?.name);

    test("takes engines in turn", () => {
        expect(picks(poolOf("roundRobin", "a", "b", "c"), 4)).toEqual(["a:1", "b:1", "c:1", "a:1"]);
    });

    test("takes the engine with the fewest calls, and equals in turn", () => {
        const pool = poolOf("leastLoaded", "a", "b", "c");
        expect(picks(pool, 3)).toEqual(["a:1", "b:1", "c:1"]);
        pool.engines[0]?.addCall();
        pool.engines[2]?.addCall();
        expect(picks(pool, 3)).toEqual(["b:1", "b:1", "b:1"]);
        pool.engines[0]?.removeCall("ended");
        expect(new Set(picks(pool, 3))).toEqual(new Set(["a:1", "b:1"]));
    });

    test("passes over engines that were tried, until none is left", () => {
        const pool = poolOf("roundRobin", "a", "b");
        const tried = new Set(pool.engines.slice(0, 1));
        expect(pool.pick(tried)?.name).toBe("b:1");
        expect(pool.pick(new Set(pool.engines))).toBeUndefined();
    });

    test("passes over a silent engine until it answers a probe again", async () => {
        const pool = poolOf("roundRobin", "a", "b");
        ng.script("a", () => "silence");
        const starting = pool.start();
        clock.advance(1_000);
        await starting;
        expect(picks(pool, 2)).toEqual(["b:1", "b:1"]);
        expect(log.lines).toEqual(["warn: rtpengine does not answer"]);

        ng.script("a", () => ({ result: "pong" }));
        clock.advance(4_000);
        await setImmediate();
        expect(new Set(picks(pool, 2))).toEqual(new Set(["a:1", "b:1"]));
        pool.stop();
    });

    test("an engine that says no is there", async () => {
        const pool = poolOf("roundRobin", "a");
        ng.script("a", () => ({ result: "error", "error-reason": "Unknown call-id" }));
        await expect(pool.engines[0]?.request("query")).rejects.toThrow("Unknown call-id");
        expect(pool.pick()?.name).toBe("a:1");
    });

    test("without engines there is none to take", () => {
        expect(poolOf("leastLoaded").pick()).toBeUndefined();
    });

    test("stop ends probes and sockets", async () => {
        const pool = poolOf("roundRobin", "a", "b");
        await pool.start();
        pool.stop();
        expect(clock.pending).toBe(0);
        expect(ng.closed).toBe(2);
    });
});
