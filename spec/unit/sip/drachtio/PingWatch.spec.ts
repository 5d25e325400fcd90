import { setImmediate } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { PingWatch } from "../../../../lib/sip/drachtio/PingWatch.ts";
import { FakeClock } from "../../../support/FakeClock.ts";

let clock: FakeClock;
let pings: PromiseWithResolvers<undefined>[];
let hangs: number;
let received: number;
let watch: PingWatch;

beforeEach(() => {
    clock = new FakeClock();
    pings = [];
    hangs = 0;
    received = 0;
    watch = new PingWatch({
        clock,
        ping: () => {
            const ping = Promise.withResolvers<undefined>();
            pings.push(ping);
            return ping.promise;
        },
        received: () => received,
        onHang: () => (hangs += 1),
    });
});

describe("PingWatch", () => {
    it("pings again half a second after each response", async () => {
        for (let i = 1; i <= 3; i++) {
            clock.advance(500);
            expect(pings).toHaveLength(i);
            pings[i - 1]?.resolve(undefined);
            await setImmediate();
        }
        expect(hangs).toBe(0);
    });

    it("reports a server that does not respond within two seconds, once", () => {
        clock.advance(2_000);
        expect(hangs).toBe(1);
        clock.advance(60_000);
        expect([hangs, clock.pending]).toEqual([1, 0]);
    });

    it("does not report a server whose requests arrive before its response", () => {
        clock.advance(500);
        received += 1;
        clock.advance(1_500);
        expect(hangs).toBe(0);
        clock.advance(1_500);
        expect(hangs).toBe(1);
    });

    it("does not report a response that arrives late, but in time", async () => {
        clock.advance(1_900);
        pings[0]?.resolve(undefined);
        await setImmediate();
        clock.advance(400);
        expect(hangs).toBe(0);
    });

    it("stops when the connection is lost, which is reported elsewhere", async () => {
        clock.advance(500);
        pings[0]?.reject(new Error("lost"));
        await setImmediate();
        clock.advance(60_000);
        expect([hangs, clock.pending]).toEqual([0, 0]);
    });

    it("does nothing any more once stopped", async () => {
        clock.advance(500);
        watch.stop();
        pings[0]?.resolve(undefined);
        await setImmediate();
        clock.advance(60_000);
        expect([hangs, pings.length]).toEqual([0, 1]);
    });
});
