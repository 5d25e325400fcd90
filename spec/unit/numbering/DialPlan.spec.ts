import { describe, expect, it } from "vitest";
import { DialPlan, type DialPlanRules, type DialVerdict } from "../../../lib/numbering/DialPlan.ts";
import { parseMatrixUserId, type MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import { inboundTo, numberingWith, patterns } from "../../support/dialling.ts";
import { parseRemoteParty, type RemoteParty } from "../../../lib/numbering/RemoteParty.ts";

const rules = [
    { users: ["@alice:matrix.example"], numbers: patterns("*") },
    { users: ["@bob:matrix.example", "@*:partner.example"], numbers: patterns("+44*", "\\*21#") },
    { users: ["@bob:matrix.example"], numbers: patterns("*@pbx.example") },
];
const plan = new DialPlan({
    inbound: inboundTo(
        { "+442071838750": "@alice:matrix.example", "2001": "@bob:partner.example" },
        "matrix.example",
        "localhost:8448",
    ),
    allow: rules,
    numbering: numberingWith(rules.flatMap((rule) => rule.numbers)),
    trunks: [
        { name: "world", prefixes: ["+"], domains: [] },
        { name: "britain", prefixes: ["+44", "+4420"], domains: [] },
        { name: "britain-too", prefixes: ["+44"], domains: [] },
        { name: "pbx", prefixes: ["2", "*21"], domains: ["pbx.example"] },
        { name: "incoming", prefixes: [], domains: [] },
        { name: "pbx-too", prefixes: [], domains: ["pbx.example"] },
    ],
});

describe("DialPlan.calleeOf", () => {
    it.each([
        ["+442071838750", "@alice:matrix.example"],
        ["020 7183 8750", "@alice:matrix.example"],
        ["2001", "@bob:partner.example"],
        ["sip:carol@matrix.example", "@carol:matrix.example"],
        ["sip:Carol@Matrix.Example:5060", "@carol:matrix.example"],
        ["sip:carol@localhost", "@carol:localhost:8448"],
        ["sip:carol%3d1@matrix.example", "@carol=1:matrix.example"],
    ])("%s reaches %s", (dialled, callee) => {
        expect(plan.calleeOf(party(dialled))).toBe(callee);
    });

    it.each([
        "+442071838751",
        "2002",
        "carol@partner.example",
        "a%3Ab@matrix.example",
        "a%FF@matrix.example",
        "+442071838751@matrix.example",
        "*21*2001%23@matrix.example",
    ])("%s reaches no user", (dialled) => {
        expect(plan.calleeOf(party(dialled))).toBeUndefined();
    });

    it("knows no callee without identity", () => {
        expect(plan.calleeOf({ kind: "anonymous" })).toBeUndefined();
    });
});

describe("DialPlan.isDialable", () => {
    const plan = new DialPlan({
        inbound: inboundTo({}),
        allow: [
            { users: ["@alice:matrix.example"], numbers: patterns("+44*", "2001") },
            { users: ["@*:partner.example"], numbers: patterns("*@pbx.example") },
        ],
        trunks: [],
        numbering: numberingWith(),
    });

    it.each([
        ["+442071838750", true],
        ["2001", true],
        ["bob@pbx.example", true],
        ["+33123456789", false],
        ["bob@elsewhere.example", false],
        ["+44bob@elsewhere.example", false],
    ])("%s: %s", (dialled, dialable) => {
        expect(plan.isDialable(party(dialled))).toBe(dialable);
    });

    it("no user may dial an anonymous party", () => {
        expect(plan.isDialable({ kind: "anonymous" })).toBe(false);
    });
});

describe("DialPlan.whoMayDial", () => {
    const forbidden: DialVerdict = { kind: "forbidden" };
    const noTrunk = { kind: "noTrunk" };
    const allowed = (...trunks: string[]) => ({ kind: "allowed", trunks });

    it.each<[who: string, dialled: string, verdict: object]>([
        ["@alice:matrix.example", "+33123456789", allowed("world")],
        ["@alice:matrix.example", "+442071838750", allowed("britain", "britain-too", "world")],
        ["@alice:matrix.example", "+441632960000", allowed("britain", "britain-too", "world")],
        ["@alice:matrix.example", "2001", allowed("pbx")],
        ["@alice:matrix.example", "3001", noTrunk],
        ["@alice:matrix.example", "3210", noTrunk],
        ["@alice:matrix.example", "bob@pbx.example", allowed("pbx", "pbx-too")],
        ["@alice:matrix.example", "bob@elsewhere.example", noTrunk],
        ["@bob:matrix.example", "+442071838750", allowed("britain", "britain-too", "world")],
        ["@bob:matrix.example", "+33123456789", forbidden],
        ["@bob:matrix.example", "*21#", allowed("pbx")],
        ["@bob:matrix.example", "bob@pbx.example", allowed("pbx", "pbx-too")],
        ["@dave:partner.example", "+442071838750", allowed("britain", "britain-too", "world")],
        ["@dave:partner.example", "bob@pbx.example", forbidden],
        ["@dave:partner.example", "+44;rn=+19005550123@pbx.example", forbidden],
        ["@eve:matrix.example", "+442071838750", forbidden],
        ["@eve:evil.example", "3001", forbidden],
    ])("%s dials %s", (who, dialled, verdict) => {
        expect(plan.whoMayDial(user(who), party(dialled))).toMatchObject(verdict);
    });

    it("does not let users call back a withheld identity", () => {
        expect(plan.whoMayDial(user("@alice:matrix.example"), { kind: "anonymous" })).toEqual(forbidden);
    });

    it("denies everything without rules", () => {
        const empty: DialPlanRules = {
            inbound: inboundTo({}),
            allow: [],
            trunks: [],
            numbering: numberingWith(),
        };
        expect(new DialPlan(empty).whoMayDial(user("@alice:matrix.example"), party("2001"))).toEqual(forbidden);
    });

    it("sends short codes through a trunk with an empty prefix, after those that name them", () => {
        const rules: DialPlanRules = {
            inbound: inboundTo({}),
            allow: [{ users: ["*"], numbers: patterns("*") }],
            numbering: numberingWith(),
            trunks: [
                { name: "all", prefixes: [""], domains: [] },
                { name: "short", prefixes: ["20"], domains: [] },
            ],
        };
        expect(new DialPlan(rules).whoMayDial(user("@alice:matrix.example"), party("2001"))).toMatchObject(
            allowed("short", "all"),
        );
    });
});

function user(text: string): MatrixUserId {
    return must(parseMatrixUserId(text));
}

function party(text: string): RemoteParty {
    return must(parseRemoteParty(text, { defaultCountry: "GB" }));
}

function must<Value>(value: Value | undefined): Value {
    if (value === undefined) throw new Error("the spec's own input does not parse");
    return value;
}
