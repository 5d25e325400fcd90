import { beforeEach, expect, test } from "vitest";
import { PeerLoad } from "../../../../lib/sip/uas/PeerLoad.ts";
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

test("a peer places five seconds' worth of calls at once, and then as many as its rate has", () => {
    expect(admitted(100)).toBe(20);
    clock.advance(1_000);
    expect(admitted(100)).toBe(4);
    clock.advance(3_600_000);
    expect(admitted(100)).toBe(20);
});

test("a slow one places ten at once all the same", () => {
    const phone = { name: "desk", maxCalls: 50, callsPerSecond: 0.5 };
    expect(admitted(100, phone)).toBe(10);
    clock.advance(1_000);
    expect(admitted(100, phone)).toBe(0);
    clock.advance(1_000);
    expect(admitted(100, phone)).toBe(1);
});

test("what one peer does costs no other", () => {
    expect(admitted(100)).toBe(20);
    expect(admitted(100, { ...pbx, name: "carrier" })).toBe(20);
});

test("one without a rate places as many as it likes", () => {
    expect(admitted(1_000, { name: "carrier", maxCalls: Infinity })).toBe(1_000);
});

test("one that has its maximum of calls places none, and loses none of its rate", () => {
    up = 30;
    expect(load.admit(pbx)).toMatchObject({ kind: "refused", why: "peer full" });
    up = 29;
    expect(admitted(100)).toBe(20);
});

test("the operator is told once a minute, of each peer and each reason", () => {
    const news = (peer = pbx): boolean => {
        const verdict = load.admit(peer);
        return verdict.kind === "refused" && verdict.isNews;
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
