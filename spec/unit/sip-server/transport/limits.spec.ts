import { expect, test } from "vitest";
import { ConnectionLimits, type ConnectionOwner } from "../../../../lib/sip-server/transport/ConnectionLimits.ts";
import { ConnectionWatch } from "../../../../lib/sip-server/transport/ConnectionWatch.ts";
import { RateLimiter } from "../../../../lib/sip-server/transport/RateLimiter.ts";
import { sourceKey } from "../../../../lib/sip-server/transport/sourceKey.ts";
import { FakeClock } from "../../../support/sip-server/FakeClock.ts";

/** Limit of all unknown peers together, set so high that only the limit of one peer is tested. */
const plenty = { perSecond: 1_000, burst: 1_000 };

test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:DB8:0:0:ffff::", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
])("source %s counts as %s", (address, key) => {
    expect(sourceKey(address)).toBe(key);
});

test("a source may burst, then goes at its rate, and others are not touched", () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter(clock, { perSecond: 10, burst: 3, maxSources: 100, altogether: plenty });
    const takes = (address: string, times: number): number =>
        Array.from({ length: times }, () => limiter.take(address)).filter(Boolean).length;
    expect(takes("192.0.2.1", 10)).toBe(3);
    expect(takes("192.0.2.2", 10)).toBe(3);
    clock.advance(100);
    expect(takes("192.0.2.1", 10)).toBe(1);
    clock.advance(3_600_000);
    expect(takes("192.0.2.1", 10)).toBe(3);
});

test("large messages cost more, none more than a quiet source has saved", () => {
    const limiter = new RateLimiter(new FakeClock(), { perSecond: 1, burst: 4, maxSources: 10, altogether: plenty });
    const take = (address: string, bytes: number): boolean => limiter.take(address, bytes);
    expect([take("a", 4096), take("a", 8_193), take("a", 1)]).toEqual([true, true, false]);
    expect([take("b", 300_000), take("b", 1)]).toEqual([true, false]);
});

test("memory of sources is bounded: the one known longest goes", () => {
    const limiter = new RateLimiter(new FakeClock(), { perSecond: 1, burst: 1, maxSources: 3, altogether: plenty });
    for (let n = 0; n < 1_000; n++) limiter.take(`192.0.2.${n % 250}`);
    expect(limiter.size).toBe(3);
});

test("sources that all keep to their rate are too many together", () => {
    const clock = new FakeClock();
    const altogether = { perSecond: 5, burst: 10 };
    const limiter = new RateLimiter(clock, { perSecond: 10, burst: 3, maxSources: 100, altogether });
    const from = (count: number): number =>
        Array.from({ length: count }, (_, index) => limiter.take(`192.0.2.${index}`)).filter(Boolean).length;
    expect(from(50)).toBe(10);
    // those that were refused are not remembered
    expect(limiter.size).toBe(10);
    clock.advance(1_000);
    expect(from(50)).toBe(5);
    // one that is over its own rate takes nothing from the others
    clock.advance(1_000);
    const alone = Array.from({ length: 50 }, () => limiter.take("198.51.100.1")).filter(Boolean).length;
    expect(alone).toBe(3);
    expect(from(50)).toBe(2);
});

/** Limits to which connections come from sources a, b, ...; each test names them `source` and a number. */
function connections(maxConnections: number, maxConnectionsPerSource: number) {
    const limits = new ConnectionLimits({ maxConnections, maxConnectionsPerSource });
    const closed: string[] = [];
    const admit = (key: string, owner: ConnectionOwner = "unknown"): string =>
        limits.admit(key, key.slice(0, 1), owner, () => closed.push(key)) ?? "admitted";
    return { limits, closed, admit };
}

test("connections are limited by source, and given back", () => {
    const { limits, admit } = connections(3, 2);
    expect(["a1", "a2", "a3"].map((key) => admit(key))).toEqual([
        "admitted",
        "admitted",
        "tooManyConnectionsFromSource",
    ]);
    limits.release("a1");
    expect(admit("a3")).toBe("admitted");
});

test("a new connection takes the place of the oldest one of the source that has the most", () => {
    const { closed, admit } = connections(4, 3);
    expect(["a1", "b1", "b2", "b3", "c1", "d1"].map((key) => admit(key))).toEqual(Array(6).fill("admitted"));
    expect(closed).toEqual(["b1", "b2"]);
});

test("a connection that made room is not counted out twice", () => {
    const { limits, closed, admit } = connections(1, 1);
    for (const key of ["a1", "b1"]) admit(key);
    limits.release("a1");
    admit("c1");
    expect(closed).toEqual(["a1", "b1"]);
});

test("known and trusted peers get their connections, up to the maximum, however many unknown peers hold", () => {
    const { limits, closed, admit } = connections(2, 2);
    for (const key of ["a1", "a2"]) admit(key);
    for (const owner of ["known", "trusted"] as const) {
        expect(["x1", "x2", "x3"].map((key) => admit(owner + key, owner))).toEqual([
            "admitted",
            "admitted",
            "tooManyConnections",
        ]);
    }
    expect(closed).toEqual([]);
    limits.release("knownx1");
    limits.promote("a1");
    for (const key of ["b1", "b2"]) admit(key);
    expect(closed, "the connection of the known peer stays").toEqual(["a2"]);
});

const times = { firstMessageTimeoutMs: 30, messageTimeoutMs: 10, idleTimeoutMs: 100 };

function watched(fresh: boolean): { clock: FakeClock; watch: ConnectionWatch; expired: string[] } {
    const clock = new FakeClock();
    const expired: string[] = [];
    const watch = new ConnectionWatch(clock, times, fresh, (reason) => expired.push(reason));
    return { clock, watch, expired };
}

test("a connection that never says anything is given up", () => {
    const { clock, expired } = watched(true);
    clock.advance(29);
    expect(expired).toEqual([]);
    clock.advance(1);
    expect(expired).toEqual(["slowMessage"]);
    expect(clock.pending).toBe(0);
});

test("dribbling bytes does not prolong the first message", () => {
    const { clock, watch, expired } = watched(true);
    for (let n = 0; n < 15; n++) {
        watch.received(false, true);
        clock.advance(2);
    }
    expect(expired).toEqual(["slowMessage"]);
});

test("dribbling bytes does not prolong a later message", () => {
    const { clock, watch, expired } = watched(true);
    watch.received(true, true);
    for (let n = 0; n < 5; n++) {
        clock.advance(2);
        watch.received(false, true);
    }
    expect(expired).toEqual(["slowMessage"]);
});

test("silence is borne as long as allowed, counted from the last message", () => {
    const { clock, watch, expired } = watched(true);
    watch.received(true, false);
    clock.advance(99);
    watch.received(true, false);
    clock.advance(99);
    expect(expired).toEqual([]);
    clock.advance(1);
    expect(expired).toEqual(["idle"]);
});

test("a message that is complete in time leaves only the idle limit", () => {
    const { clock, watch, expired } = watched(false);
    watch.received(false, true);
    clock.advance(9);
    watch.received(true, false);
    clock.advance(50);
    expect(expired).toEqual([]);
});

test("a stopped watch leaves no timer", () => {
    const { clock, watch } = watched(true);
    watch.received(true, true);
    watch.stop();
    expect(clock.pending).toBe(0);
});
