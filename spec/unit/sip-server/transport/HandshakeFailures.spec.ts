import { beforeEach, expect, test } from "vitest";
import { HandshakeFailures } from "../../../../lib/sip-server/transport/HandshakeFailures.ts";
import { FakeClock } from "../../../support/sip-server/FakeClock.ts";

const error = new Error("handshake");
let clock: FakeClock;
let told: string[];
let failures: HandshakeFailures;

beforeEach(() => {
    clock = new FakeClock();
    told = [];
    failures = new HandshakeFailures({
        clock,
        admit: (address) => (address.startsWith("10.") ? "trusted" : "unknown"),
        onFailure: ({ address }) => told.push(address),
        onSummary: (summary) => told.push(`${summary.failures} of ${summary.sources} in ${summary.seconds} s`),
    });
});

const fails = (address: string): void => failures.failed({ what: "handshake", protocol: "tls", address, error });

test("logs a source once per period, and the rest as a count", () => {
    for (let i = 0; i < 1_000; i++) fails("192.0.2.1");
    expect(told).toEqual(["192.0.2.1"]);
    clock.advance(600_000);
    expect(told).toEqual(["192.0.2.1", "999 of 1 in 600 s"]);
    fails("192.0.2.1");
    expect(told.slice(2)).toEqual(["192.0.2.1"]);
});

test("many sources do not fill the log, nor memory; a /64 of IPv6 is one", () => {
    for (let i = 0; i < 2_000; i++) fails(`198.51.${i >> 8}.${i & 255}`);
    for (let i = 1; i < 9; i++) fails(`2001:db8::${i}`);
    clock.advance(600_000);
    expect(told).toEqual(["198.51.0.0", "198.51.0.1", "198.51.0.2", "2005 of 1000 in 600 s"]);
});

test("logs a trusted peer however many unknown ones there are", () => {
    for (let i = 0; i < 100; i++) fails(`192.0.2.${i}`);
    fails("10.0.0.1");
    fails("10.0.0.1");
    expect(told.slice(3)).toEqual(["10.0.0.1"]);
});

test("without anything untold there is no summary, and no timer stays", () => {
    fails("192.0.2.1");
    clock.advance(600_000);
    expect([told, clock.pending]).toEqual([["192.0.2.1"], 0]);
});

test("the end tells what is left", () => {
    fails("192.0.2.1");
    fails("192.0.2.1");
    failures.stop();
    expect([told, clock.pending]).toEqual([["192.0.2.1", "1 of 1 in 600 s"], 0]);
});
