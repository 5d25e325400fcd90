import { beforeEach, expect, test } from "vitest";
import { PeerLoad } from "../../../../lib/sip/senders/PeerLoad.ts";
import { FakeClock } from "../../../support/FakeClock.ts";

const pbx = { name: "pbx", maxCalls: 30, callsPerSecond: 4 };

let clock: FakeClock;
let load: PeerLoad;
let up: number;

beforeEach(() => {
    clock = new FakeClock();
    up = 0;
    load = new PeerLoad({ legsOf: (name) => (name === "pbx" ? up : 0) }, clock);
});

function admitted(attempts: number, peer: Parameters<PeerLoad["admit"]>[0] = pbx): number {
    return Array.from({ length: attempts }, () => load.admit(peer)).filter(({ kind }) => kind === "admitted").length;
}

test("admits the calls of five seconds in one burst, and then as many as the rate allows", () => {
    expect(admitted(100)).toBe(20);
    clock.advance(1_000);
    expect(admitted(100)).toBe(4);
    clock.advance(3_600_000);
    expect(admitted(100)).toBe(20);
});

test("admits a burst of ten from a peer with a low rate", () => {
    const phone = { name: "desk", maxCalls: 50, callsPerSecond: 0.5 };
    expect(admitted(100, phone)).toBe(10);
    clock.advance(1_000);
    expect(admitted(100, phone)).toBe(0);
    clock.advance(1_000);
    expect(admitted(100, phone)).toBe(1);
});

test("counts each peer separately", () => {
    expect(admitted(100)).toBe(20);
    expect(admitted(100, { ...pbx, name: "carrier" })).toBe(20);
});

test("admits any number from a peer without a rate", () => {
    expect(admitted(1_000, { name: "carrier", maxCalls: Infinity })).toBe(1_000);
});

test("rejects a peer with its maximum number of calls, without using up its rate", () => {
    up = 30;
    expect(load.admit(pbx)).toMatchObject({ kind: "rejected", rule: "peer_full" });
    up = 29;
    expect(admitted(100)).toBe(20);
});

test("reports one rejection a minute for each peer and rule", () => {
    const news = (peer = pbx): boolean => {
        const verdict = load.admit(peer);
        return verdict.kind === "rejected" && verdict.isNews;
    };
    admitted(20);
    admitted(20, { ...pbx, name: "carrier" });
    const fast = { ...pbx, callsPerSecond: 0.000_1 };
    expect([news(fast), news(fast)]).toEqual([true, false]);
    expect(news({ ...fast, name: "carrier" })).toBe(true);
    up = 30;
    expect([news(), news()]).toEqual([true, false]);
    clock.advance(60_000);
    expect([news(), news()]).toEqual([true, false]);
});

test.each([-60_000, -7_200_000, 7_200_000])("admits the same calls if the wall clock is set by %i ms", (ms) => {
    expect(admitted(100)).toBe(20);
    clock.jump(ms);
    expect(admitted(1)).toBe(0);
    clock.advance(1_000);
    expect(admitted(100)).toBe(4);
});
