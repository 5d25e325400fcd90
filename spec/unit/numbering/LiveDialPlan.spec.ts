import { beforeEach, describe, expect, it } from "vitest";
import type { DialPlanRules } from "../../../lib/numbering/DialPlan.ts";
import { LiveDialPlan, NO_CHANGES } from "../../../lib/numbering/LiveDialPlan.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import { type CountryCode, destinationClassOf, type PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import { inboundTo, numberingWith, patterns } from "../../support/dialling.ts";

const ALICE = "@alice:matrix.example" as MatrixUserId;
const BOB = "@bob:matrix.example" as MatrixUserId;
const LONDON = { kind: "number", number: "+442071838750" as PhoneNumber } as const;
const PREMIUM = { kind: "number", number: "+449098790879" as PhoneNumber } as const;
const allow = [{ users: [ALICE], numbers: patterns("+44*") }];
const rules: DialPlanRules = {
    inbound: inboundTo({ "+442071838750": ALICE }, "matrix.example"),
    allow,
    numbering: numberingWith(allow.flatMap(({ numbers }) => numbers)),
    trunks: [
        { name: "carrier", prefixes: ["+44"], domains: [] },
        { name: "spare", prefixes: ["+"], domains: [] },
    ],
};

describe("LiveDialPlan", () => {
    let plan: LiveDialPlan;
    beforeEach(() => (plan = new LiveDialPlan(rules)));

    it("follows the rules of the configuration until something is changed", () => {
        expect(plan.calleeOf(LONDON)).toBe(ALICE);
        expect(plan.whoMayDial(ALICE, LONDON)).toMatchObject({ kind: "allowed", trunks: ["carrier", "spare"] });
        expect(plan.whoMayDial(BOB, LONDON).kind).toBe("forbidden");
    });

    it("maps a number to another user, or to none", () => {
        plan.apply(rules, { ...NO_CHANGES, mapped: new Map([[LONDON.number, BOB]]) });
        expect([plan.calleeOf(LONDON), plan.routeInbound([LONDON])?.user]).toEqual([BOB, BOB]);
        plan.apply(rules, { ...NO_CHANGES, mapped: new Map([[LONDON.number, undefined]]) });
        expect([plan.calleeOf(LONDON), plan.routeInbound([LONDON])]).toEqual([undefined, undefined]);
    });

    it("lets a denial count more than the rule that allows", () => {
        plan.apply(rules, { ...NO_CHANGES, deny: [{ users: [ALICE], numbers: patterns("+449*") }] });
        expect(plan.whoMayDial(ALICE, PREMIUM).kind).toBe("forbidden");
        expect(plan.whoMayDial(ALICE, LONDON).kind).toBe("allowed");
    });

    it("allows more, and leaves out a trunk that is off", () => {
        const more = {
            ...NO_CHANGES,
            allow: [{ users: [BOB], numbers: patterns("+44*") }],
            trunksOff: new Set(["carrier"]),
        };
        plan.apply(rules, more);
        expect(plan.whoMayDial(BOB, LONDON)).toMatchObject({ kind: "allowed", trunks: ["spare"] });
        expect(plan.trunksFor(LONDON)).toEqual(["spare"]);
        plan.apply(rules, NO_CHANGES);
        expect(plan.whoMayDial(BOB, LONDON).kind).toBe("forbidden");
    });
});

describe("destinationClassOf", () => {
    it.each([
        ["+442071838750", "GB", "national"],
        ["+33123456789", "GB", "international"],
        ["+449098790879", "GB", "premium"],
        ["+442071838750", undefined, "international"],
        ["2001", "GB", "national"],
    ] as const)("%s from %s is %s", (number, country, expected) => {
        expect(destinationClassOf(number as PhoneNumber, country as CountryCode | undefined)).toBe(expected);
    });
});
