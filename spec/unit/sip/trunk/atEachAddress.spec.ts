import { expect, test } from "vitest";
import { atEachAddress } from "../../../../lib/sip/trunk/atEachAddress.ts";
import { aTrunk } from "../../../support/sip/aTrunk.ts";

test("a trunk of one address stands there", () => {
    const trunk = aTrunk({ nextHop: "sip:192.0.2.1" });
    expect(atEachAddress(trunk)).toEqual([trunk]);
});

test("a trunk of several has each one's domain and next hop, and registers at the first only", () => {
    const trunk = aTrunk({
        domain: "a.example",
        nextHop: "sip:a.example;transport=tcp",
        alternatives: [{ domain: "b.example", nextHop: "sip:b.example;transport=tcp" }, { domain: "c.example" }],
        register: { seconds: 600 },
        maxCalls: 3,
    });
    const [first, second, third, ...others] = atEachAddress(trunk);
    expect(first).toBe(trunk);
    expect(second).toEqual(aTrunk({ domain: "b.example", nextHop: "sip:b.example;transport=tcp", maxCalls: 3 }));
    expect(third).toEqual(aTrunk({ domain: "c.example", maxCalls: 3 }));
    expect(others).toEqual([]);
});
