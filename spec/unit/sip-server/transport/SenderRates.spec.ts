import { describe, expect, it } from "vitest";
import { KnownSenders } from "../../../../lib/sip-server/transport/KnownSenders.ts";
import { SenderRates } from "../../../../lib/sip-server/transport/SenderRates.ts";
import type { Admission } from "../../../../lib/sip-server/transport/TransportOptions.ts";
import { FakeClock } from "../../../support/sip-server/FakeClock.ts";

const limits = {
    rateLimit: { perSecond: 1, burst: 2, maxSources: 100, altogether: { perSecond: 1, burst: 3 } },
    peerRate: { perSecond: 1, burst: 5 },
};

function rates() {
    const clock = new FakeClock();
    const known = new KnownSenders(clock, 10);
    const shares = new SenderRates({ clock, ...limits, isOverloaded: () => false }, known);
    /** How many of ten messages pass. */
    const passed = (address: string, port = 5060, admission: Admission = "unknown"): number =>
        Array.from({ length: 10 }, () => shares.take({ remote: { address, port } }, admission, 100)).filter(Boolean)
            .length;
    return { clock, known, passed };
}

describe("SenderRates", () => {
    it("keeps the share of a known sender, whatever unknown ones send", () => {
        const { known, passed } = rates();
        known.remember({ address: "192.0.2.9", port: 5060 }, 60);
        expect(["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((address) => passed(address))).toEqual([2, 1, 0]);
        expect(passed("192.0.2.9")).toBe(2);
    });

    it("keeps a share for other ports of a known address, apart from that of the known sender", () => {
        const { known, passed } = rates();
        known.remember({ address: "192.0.2.9", port: 5060 }, 60);
        for (const address of ["192.0.2.1", "192.0.2.2"]) passed(address);
        expect([passed("192.0.2.9", 40_000), passed("192.0.2.9", 40_001)]).toEqual([2, 0]);
        expect(passed("192.0.2.9", 5060)).toBe(2);
    });

    it("forgets a sender when its time is over", () => {
        const { clock, known, passed } = rates();
        known.remember({ address: "192.0.2.9", port: 5060 }, 60);
        for (const address of ["192.0.2.1", "192.0.2.2"]) passed(address);
        clock.advance(60_000);
        for (const address of ["192.0.2.1", "192.0.2.2"]) passed(address);
        expect(passed("192.0.2.9")).toBe(0);
    });

    it("limits each trusted peer by itself, and higher", () => {
        const { passed } = rates();
        expect([passed("192.0.2.1", 5060, "trusted"), passed("192.0.2.1", 5061, "trusted")]).toEqual([5, 0]);
        expect(passed("192.0.2.2", 5060, "trusted")).toBe(5);
    });
});

describe("SenderRates of a process that does not keep up", () => {
    it("leaves less to unknown senders, and as much as before to known ones", () => {
        const clock = new FakeClock();
        const known = new KnownSenders(clock, 10);
        known.remember({ address: "192.0.2.9", port: 5060 }, 60);
        const many = { perSecond: 100, burst: 100 };
        const rateLimit = { ...many, maxSources: 100, altogether: many };
        const shares = new SenderRates({ clock, rateLimit, peerRate: many, isOverloaded: () => true }, known);
        const passed = (address: string): number =>
            Array.from({ length: 100 }, () => shares.take({ remote: { address, port: 5060 } }, "unknown", 100)).filter(
                Boolean,
            ).length;
        expect([passed("192.0.2.1"), passed("192.0.2.9")]).toEqual([25, 100]);
    });
});

describe("KnownSenders", () => {
    it("remembers a bounded number of senders", () => {
        const known = new KnownSenders(new FakeClock(), 2);
        for (const port of [1, 2, 3]) known.remember({ address: `192.0.2.${port}`, port }, 60);
        const acquaintances = [1, 2, 3].map((port) => known.acquaintanceOf({ address: `192.0.2.${port}`, port }));
        expect(acquaintances).toEqual(["unknown", "sender", "sender"]);
    });

    it("does not shorten a time", () => {
        const clock = new FakeClock();
        const known = new KnownSenders(clock, 2);
        const phone = { address: "192.0.2.1", port: 1 };
        known.remember(phone, 60);
        known.remember(phone, 1);
        clock.advance(30_000);
        expect(known.acquaintanceOf(phone)).toBe("sender");
    });
});
