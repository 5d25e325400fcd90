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
const said = (status: number, warning?: string) => ({
    status,
    headers: new Map(warning === undefined ? [] : [["warning", `399 127.0.0.1:5060 "${warning}"`]]),
});
const retryAfter = (value: string) => ({ status: 503, headers: new Map([["retry-after", value]]) });

test("addresses go in the operator's order, the dead ones behind all others", () => {
    expect(order()).toEqual(["a.example", "b.example", "c.example"]);
    health.probed(a, said(408));
    expect(order()).toEqual(["b.example", "c.example", "a.example"]);
    health.probed(b, undefined);
    health.probed(pbx, said(503));
    expect(order(), "all are dead").toEqual(["a.example", "b.example", "c.example"]);
    health.probed(pbx, said(200));
    expect(order()).toEqual(["c.example", "a.example", "b.example"]);
});

test("each change is logged once", () => {
    health.probed(a, said(200));
    health.probed(b, said(408));
    health.probed(b, said(408));
    health.probed(b, said(404));
    expect(telemetry.counted).toEqual([
        "carrier at a.example up",
        "carrier at b.example up",
        "pbx at c.example up",
        "carrier at b.example down",
        "carrier at b.example up",
    ]);
    expect(log.lines).toEqual(["warn: trunk address unavailable: no response to OPTIONS, using it last"]);
    expect(died).toEqual([b]);
});

test.each([
    ["silence", said(408), { why: "no response in time" }],
    ["a closed port", said(503, "no connection: ECONNREFUSED"), { why: "no connection: ECONNREFUSED" }],
    ["a bad certificate", said(503, "no connection: CERT_HAS_EXPIRED"), { why: "no connection: CERT_HAS_EXPIRED" }],
    [
        "an unknown name",
        said(503, "no address for a.example (ENOTFOUND)"),
        { why: "no address for a.example (ENOTFOUND)" },
    ],
    ["its own word", said(503), { status: 503 }],
    ["a request that could not be sent", undefined, { why: "not sent" }],
])("the log says why an address is unavailable: %s", (_, response, why) => {
    const told: unknown[] = [];
    log.warn = (_message, fields) => void told.push(fields);
    health.probed(a, response);
    expect(told).toEqual([{ trunk: "carrier", address: "a.example", ...why }]);
});

test.each([
    [200, "alive"],
    [401, "alive"],
    [404, "alive"],
    [405, "alive"],
    [500, "alive"],
    [603, "alive"],
    [408, "dead"],
    [503, "dead"],
])("OPTIONS answered by %i says that it is %s", (status, standing) => {
    health.probed(a, said(status));
    expect(order()[0]).toBe(standing === "alive" ? "a.example" : "b.example");
});

describe("an address that ignores OPTIONS but takes calls", () => {
    test.each([100, 180, 200, 401, 404, 486, 500, 603])("is called again after it said %i to a call", (status) => {
        health.probed(a, said(408));
        health.responded(a, said(status));
        expect(order()[0]).toBe("a.example");
        health.probed(a, said(408));
        expect(order()[0], "its silence means nothing any more").toBe("a.example");
        expect(log.lines).toHaveLength(1);
    });

    test("is not even thought dead if it was heard before the first probe", () => {
        health.responded(a, said(200));
        expect(doubted, "whether it answers probes is to be known soon").toEqual([a]);
        health.probed(a, said(408));
        health.responded(a, said(200));
        expect([order()[0], doubted.length]).toEqual(["a.example", 1]);
        health.probed(a, said(200));
        health.probed(a, said(408));
        expect(order()[0], "it answers probes after all").toBe("b.example");
    });

    test("is called again after it called us, by which of its addresses that was", () => {
        const inNumbers = aTrunk({
            name: "numbers",
            domain: "192.0.2.1:5060",
            alternatives: [{ domain: "carrier.example", nextHop: "sip:[2001:db8::2]:5061;transport=tls" }],
        });
        const [first, second] = atEachAddress(inNumbers) as [SipTrunk, SipTrunk];
        health = new TrunkHealth([inNumbers, pbx], { clock, log, telemetry, onDoubt: () => undefined });
        for (const each of [first, second, pbx]) health.probed(each, said(408));
        health.calledFrom("numbers", "2001:db8::2");
        health.calledFrom("numbers", "198.51.100.7");
        expect(health.inOrder([first, second, pbx])).toEqual([second, first, pbx]);
        // one that has a single address has no other to be meant
        health.calledFrom("pbx", "198.51.100.7");
        expect(health.inOrder([first, second, pbx])).toEqual([second, pbx, first]);
    });

    test("is not told from another at the same host by what comes from there", () => {
        const twins = aTrunk({
            name: "twins",
            domain: "192.0.2.1:5060",
            alternatives: [{ domain: "192.0.2.1:5062" }],
        });
        const [first, second] = atEachAddress(twins) as [SipTrunk, SipTrunk];
        health = new TrunkHealth([twins], { clock, log, telemetry, onDoubt: () => undefined });
        health.probed(first, said(408));
        health.calledFrom("twins", "192.0.2.1");
        expect(health.inOrder([first, second])).toEqual([second, first]);
    });

    test("is dead when a call finds it silent as well, until it is heard again", () => {
        health.probed(a, said(408));
        health.responded(a, said(180));
        health.responded(a, said(408));
        expect(doubted).toEqual([a]);
        expect(order()[0]).toBe("a.example");
        health.probed(a, said(408));
        expect(order()[0]).toBe("b.example");
    });

    test("is dead where it refuses connections, even if it calls us", () => {
        health.probed(pbx, said(503, "no connection: ECONNREFUSED"));
        health.calledFrom("pbx", "192.0.2.9");
        expect(health.inOrder([pbx, a])).toEqual([a, pbx]);
    });
});

describe("an address that asks for rest", () => {
    test("gets it, even if it answers probes", () => {
        health.responded(a, retryAfter("30 (maintenance);duration=3600"));
        health.probed(a, said(200));
        clock.advance(29_999);
        expect(order()).toEqual(["b.example", "c.example", "a.example"]);
        clock.advance(1);
        expect(order()).toEqual(["a.example", "b.example", "c.example"]);
        expect(log.lines).toEqual(["warn: trunk address unavailable: 503 with Retry-After, using it last"]);
    });

    test("again, gets it from then on", () => {
        health.responded(a, retryAfter("30"));
        clock.advance(20_000);
        health.responded(a, retryAfter("30"));
        clock.advance(29_000);
        expect(order()[0]).toBe("b.example");
        clock.advance(1_000);
        expect([order()[0], clock.pending]).toEqual(["a.example", 0]);
    });

    test("for years, gets ten minutes", () => {
        health.responded(a, retryAfter("999999999999"));
        clock.advance(600_000);
        expect(order()[0]).toBe("a.example");
    });

    test("and is dead by then, stays behind", () => {
        health.responded(a, retryAfter("30"));
        health.probed(a, said(408));
        clock.advance(30_000);
        expect(order()[0]).toBe("b.example");
    });

    test("leaves no timer when all stops", () => {
        health.responded(a, retryAfter("30"));
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
    health.probed(b, said(200));
    health.responded(b, response);
    expect(doubted.map(({ domain }) => domain)).toEqual(expected);
});

test("an unknown address counts as available", () => {
    const unlisted = aTrunk({ name: "unknown", domain: "a.example" });
    health.probed(a, undefined);
    health.responded(unlisted, retryAfter("5"));
    expect(health.inOrder([a, unlisted])).toEqual([unlisted, a]);
    expect(clock.pending).toBe(0);
});
