import { beforeEach, describe, expect, test } from "vitest";
import { atEachAddress } from "../../../../lib/sip/trunk/atEachAddress.ts";
import type { SipTrunk } from "../../../../lib/sip/SipTrunk.ts";
import { TrunkHealth } from "../../../../lib/sip/trunk/TrunkHealth.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog, KeptTelemetry } from "../../../support/quiet.ts";
import { aTrunk } from "../../../support/sip/aTrunk.ts";

const carrier = aTrunk({ name: "carrier", domain: "a.example", alternatives: [{ domain: "b.example" }] });
const [a, b] = atEachAddress(carrier) as [SipTrunk, SipTrunk];
const pbx = aTrunk({ name: "pbx", domain: "c.example" });
const addresses = [a, b, pbx];

let clock: FakeClock;
let log: KeptLog;
let telemetry: KeptTelemetry;
let doubted: SipTrunk[];
let died: SipTrunk[];
let health: TrunkHealth;

beforeEach(() => {
    clock = new FakeClock();
    log = new KeptLog();
    telemetry = new KeptTelemetry();
    doubted = [];
    const onDoubt = (address: SipTrunk): void => void doubted.push(address);
    const onDied = (address: SipTrunk): void => void died.push(address);
    died = [];
    health = new TrunkHealth([carrier, pbx], { clock, log, telemetry, onDoubt, onDied });
});

const order = (): readonly string[] => health.inOrder(addresses).map(({ domain }) => domain);
const retryAfter = (value: string) => ({ status: 503, headers: new Map([["retry-after", value]]) });

test("addresses go in the operator's order, the dead ones behind all others", () => {
    expect(order()).toEqual(["a.example", "b.example", "c.example"]);
    health.probed(a, "dead", 408);
    expect(order()).toEqual(["b.example", "c.example", "a.example"]);
    health.probed(b, "dead");
    health.probed(pbx, "dead", 503);
    expect(order(), "all are dead").toEqual(["a.example", "b.example", "c.example"]);
    health.probed(pbx, "alive", 200);
    expect(order()).toEqual(["c.example", "a.example", "b.example"]);
});

test("each change is told once", () => {
    health.probed(a, "alive", 200);
    health.probed(b, "dead", 408);
    health.probed(b, "dead", 408);
    health.probed(b, "alive", 404);
    expect(telemetry.counted).toEqual([
        "carrier at a.example up",
        "carrier at b.example up",
        "pbx at c.example up",
        "carrier at b.example down",
        "carrier at b.example up",
    ]);
    expect(log.lines).toEqual(["warn: trunk address does not answer OPTIONS: it is tried last"]);
    expect(died).toEqual([b]);
});

describe("an address that asks for rest", () => {
    test("gets it, even if it answers probes", () => {
        health.callFailed(a, retryAfter("30 (maintenance);duration=3600"));
        health.probed(a, "alive", 200);
        clock.advance(29_999);
        expect(order()).toEqual(["b.example", "c.example", "a.example"]);
        clock.advance(1);
        expect(order()).toEqual(["a.example", "b.example", "c.example"]);
        expect(log.lines).toEqual(["warn: trunk address wants no calls for a while: it is tried last"]);
    });

    test("again, gets it from then on", () => {
        health.callFailed(a, retryAfter("30"));
        clock.advance(20_000);
        health.callFailed(a, retryAfter("30"));
        clock.advance(29_000);
        expect(order()[0]).toBe("b.example");
        clock.advance(1_000);
        expect([order()[0], clock.pending]).toEqual(["a.example", 0]);
    });

    test("for years, gets ten minutes", () => {
        health.callFailed(a, retryAfter("999999999999"));
        clock.advance(600_000);
        expect(order()[0]).toBe("a.example");
    });

    test("and is dead by then, stays behind", () => {
        health.callFailed(a, retryAfter("30"));
        health.probed(a, "dead", 408);
        clock.advance(30_000);
        expect(order()[0]).toBe("b.example");
    });

    test("leaves no timer when all stops", () => {
        health.callFailed(a, retryAfter("30"));
        health.stop();
        expect(clock.pending).toBe(0);
    });
});

test.each([
    ["silence", { status: 408, headers: new Map() }, ["b.example"]],
    ["503 that names no time", { status: 503, headers: new Map() }, ["b.example"]],
    ["503 that names none we know", retryAfter("soon"), ["b.example"]],
    ["503 that wants rest", retryAfter("5"), []],
    ["another failure", { status: 500, headers: new Map([["retry-after", "5"]]) }, []],
])("%s in answer to a call leads to a probe or not", (_, response, expected) => {
    health.callFailed(b, response);
    expect(doubted.map(({ domain }) => domain)).toEqual(expected);
});

test("an address nobody told of is as good as any", () => {
    const stranger = aTrunk({ name: "stranger", domain: "a.example" });
    health.probed(a, "dead");
    health.callFailed(stranger, retryAfter("5"));
    expect(health.inOrder([a, stranger])).toEqual([stranger, a]);
    expect(clock.pending).toBe(0);
});
