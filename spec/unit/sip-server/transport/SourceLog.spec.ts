import { beforeEach, expect, test } from "vitest";
import { SourceLog } from "../../../../lib/sip-server/transport/SourceLog.ts";
import { FakeClock } from "../../../support/sip-server/FakeClock.ts";

let clock: FakeClock;
let logged: string[];
let events: SourceLog<{ readonly address: string }>;

beforeEach(() => {
    clock = new FakeClock();
    logged = [];
    events = new SourceLog({
        clock,
        isTrusted: (address) => address.startsWith("10."),
        unknownSources: 3,
        onFirst: ({ address }) => logged.push(address),
        onSummary: (summary) => logged.push(`${summary.events} of ${summary.sources} in ${summary.seconds} s`),
    });
});

const note = (address: string): void => events.note({ address });

test("logs a source once per period, and the rest as a count", () => {
    for (let i = 0; i < 1_000; i++) note("192.0.2.1");
    expect(logged).toEqual(["192.0.2.1"]);
    clock.advance(600_000);
    expect(logged).toEqual(["192.0.2.1", "999 of 1 in 600 s"]);
    note("192.0.2.1");
    expect(logged.slice(2)).toEqual(["192.0.2.1"]);
});

test("many sources do not fill the log, nor memory; a /64 of IPv6 is one", () => {
    for (let i = 0; i < 2_000; i++) note(`198.51.${i >> 8}.${i & 255}`);
    for (let i = 1; i < 9; i++) note(`2001:db8::${i}`);
    clock.advance(600_000);
    expect(logged).toEqual(["198.51.0.0", "198.51.0.1", "198.51.0.2", "2005 of 1000 in 600 s"]);
});

test("logs a trusted peer however many unknown ones there are", () => {
    for (let i = 0; i < 100; i++) note(`192.0.2.${i}`);
    note("10.0.0.1");
    note("10.0.0.1");
    expect(logged.slice(3)).toEqual(["10.0.0.1"]);
});

test("writes no summary if every event was logged, and keeps no timer", () => {
    note("192.0.2.1");
    clock.advance(600_000);
    expect([logged, clock.pending]).toEqual([["192.0.2.1"], 0]);
});

test("writes the summary when it stops", () => {
    note("192.0.2.1");
    note("192.0.2.1");
    events.stop();
    expect([logged, clock.pending]).toEqual([["192.0.2.1", "1 of 1 in 600 s"], 0]);
});
