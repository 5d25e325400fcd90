import { describe, expect, test } from "vitest";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../../../lib/numbering/PhoneNumber.ts";
import { type CallingUser, identityHeaders } from "../../../../lib/sip/identity/outboundIdentity.ts";
import type { SipTrunk } from "../../../../lib/sip/SipTrunk.ts";
import { aTrunk } from "../../../support/sip/aTrunk.ts";

const alice = "@alice:matrix.example" as MatrixUserId;
const hers = "+493012345678" as PhoneNumber;
const everybodys = "+4930999" as PhoneNumber;
const byUser = new Map([[alice, hers]]);
const withheld = new Map([[alice, "anonymous" as const]]);
const ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>';
const all = ["asserted", "preferred", "remote-party-id"] as const;

function headers(trunk: Partial<SipTrunk>, more: Partial<CallingUser> = {}) {
    const target = { caller: alice, ...more };
    return identityHeaders(aTrunk(trunk), target, (number) => number);
}

describe("a caller who is shown", () => {
    test.each<[string, Partial<SipTrunk>, object]>([
        ["From alone", {}, { From: `<sip:+493012345678@localhost;user=phone>` }],
        [
            "asserted",
            { identity: ["asserted"] },
            {
                From: `<sip:+493012345678@localhost;user=phone>`,
                "P-Asserted-Identity": `<sip:+493012345678@localhost;user=phone>`,
            },
        ],
        [
            "preferred, at the trunk's own domain",
            { identity: ["preferred"] },
            {
                From: `<sip:+493012345678@localhost;user=phone>`,
                "P-Preferred-Identity": `<sip:+493012345678@carrier.example;user=phone>`,
            },
        ],
        [
            "told as older PBXs read it",
            { identity: ["remote-party-id"] },
            {
                From: `<sip:+493012345678@localhost;user=phone>`,
                "Remote-Party-ID": `<sip:+493012345678@carrier.example;user=phone>;party=calling;screen=yes;privacy=off`,
            },
        ],
        [
            "in all of them, at the domain of From",
            { identity: all, fromDomain: "us.example" },
            {
                From: `<sip:+493012345678@us.example;user=phone>`,
                "P-Asserted-Identity": `<sip:+493012345678@us.example;user=phone>`,
                "P-Preferred-Identity": `<sip:+493012345678@us.example;user=phone>`,
                "Remote-Party-ID": `<sip:+493012345678@us.example;user=phone>;party=calling;screen=yes;privacy=off`,
            },
        ],
    ])("%s", (_, trunk, expected) => {
        expect(headers({ callerId: { byUser }, ...trunk })).toEqual(expected);
    });

    test("by the account's name, as it may stand in a URI", () => {
        const { From } = headers({ callerId: { byUser: new Map(), account: "ünit 7@carrier.example" } });
        expect(From).toBe("<sip:%C3%BCnit%207%40carrier.example@localhost>");
    });

    test.each<[string, Partial<SipTrunk>, string]>([
        ["as a number", {}, "<sip:+493012345678@localhost;user=phone>"],
        ["as a user part that others know for a number", { numberUri: "sip" }, "<sip:+493012345678@localhost>"],
        ["so as well where the called one is a tel: URI", { numberUri: "tel" }, "<sip:+493012345678@localhost>"],
        ["as the account", { callerId: { byUser: new Map(), account: "bridge" } }, "<sip:bridge@localhost>"],
    ])("%s", (_, trunk, from) => {
        expect(headers({ callerId: { byUser }, ...trunk }).From).toBe(from);
    });

    test("with a name everywhere", () => {
        const named = headers({ callerId: { byUser }, identity: ["asserted"] }, { callerName: "Alice" });
        expect(named["P-Asserted-Identity"]).toBe(`"Alice" <sip:+493012345678@localhost;user=phone>`);
    });
});

describe("a caller who is withheld", () => {
    const callerId = { byUser: withheld, fallback: everybodys };

    test.each<[string, Partial<SipTrunk>, object]>([
        ["is anonymous in From alone", { callerId }, { From: ANONYMOUS }],
        [
            "is asserted to the network, which is to keep it",
            { callerId, identity: ["asserted"] },
            { From: ANONYMOUS, "P-Asserted-Identity": `<sip:+4930999@localhost;user=phone>`, Privacy: "id" },
        ],
        [
            "is sent to the PBX with a request for privacy",
            { callerId, identity: ["remote-party-id"] },
            {
                From: ANONYMOUS,
                "Remote-Party-ID": `<sip:+4930999@carrier.example;user=phone>;party=calling;screen=yes;privacy=full`,
            },
        ],
        [
            "is the account if there is no number",
            { callerId: { byUser, fallback: "anonymous", account: "bridge" }, identity: ["asserted"] },
            {
                From: `<sip:+493012345678@localhost;user=phone>`,
                "P-Asserted-Identity": `<sip:+493012345678@localhost;user=phone>`,
            },
        ],
        [
            "is everybody without a number of their own",
            { callerId: { byUser: new Map(), fallback: "anonymous", account: "bridge" }, identity: ["preferred"] },
            { From: ANONYMOUS, "P-Preferred-Identity": "<sip:bridge@carrier.example>", Privacy: "id" },
        ],
        ["is anonymous everywhere if nothing is known", { identity: all }, { From: ANONYMOUS, Privacy: "id" }],
    ])("%s", (_, trunk, expected) => {
        expect(headers(trunk)).toEqual(expected);
    });

    test("by their own wish are sent to the network with their own number", () => {
        const wish = { callerIs: "withheld", callerName: "Alice" } as const;
        expect(headers({ callerId: { byUser }, identity: ["asserted"] }, wish)).toEqual({
            From: ANONYMOUS,
            "P-Asserted-Identity": `"Alice" <sip:+493012345678@localhost;user=phone>`,
            Privacy: "id",
        });
        expect(headers({ callerId: { byUser } }, wish)).toEqual({ From: ANONYMOUS });
    });
});

describe("a trunk with the account in From", () => {
    const account = { fromUser: "account", callerId: { byUser, account: "matrix" }, identity: ["asserted"] } as const;

    test("gets the caller in the identity header", () => {
        expect(headers(account, { profileName: "Alice" })).toEqual({
            From: '"Alice" <sip:matrix@localhost>',
            "P-Asserted-Identity": '"Alice" <sip:+493012345678@localhost;user=phone>',
        });
    });

    test("gets the account for a withheld caller too, without a name", () => {
        expect(headers(account, { profileName: "Alice", callerIs: "withheld" })).toEqual({
            From: "<sip:matrix@localhost>",
            "P-Asserted-Identity": '"Alice" <sip:+493012345678@localhost;user=phone>',
            Privacy: "id",
        });
    });

    test("gets the caller ID in From if it has no account", () => {
        expect(headers({ fromUser: "account", callerId: { byUser } })).toEqual({
            From: "<sip:+493012345678@localhost;user=phone>",
        });
    });

    test("gets a withheld caller as anonymous if From has the caller ID", () => {
        const withAccount = { callerId: { byUser: new Map(), account: "matrix" } };
        expect(headers(withAccount, { callerIs: "withheld" })).toEqual({ From: ANONYMOUS });
    });
});

describe("the display name of a Matrix user", () => {
    const nameIn = (rules: Partial<SipTrunk["callerName"]>, calling: Partial<CallingUser>): string | undefined => {
        const callerName = { style: "full", maxLength: 60, ...rules } as const;
        return /^"(.*)" </.exec(headers({ callerId: { byUser }, callerName }, calling)["From"] ?? "")?.[1];
    };

    test.each<[string, Partial<SipTrunk["callerName"]>, Partial<CallingUser>, string | undefined]>([
        ["as it is", {}, { profileName: "Zo\u00eb \u{1F419}" }, "Zo\u00eb \u{1F419}"],
        [
            "without accents and emoji for old equipment",
            { style: "ascii" },
            { profileName: "Zo\u00eb \u{1F419} Smith" },
            "Zoe Smith",
        ],
        [
            "not at all if it has no character for old equipment",
            { style: "ascii" },
            { profileName: "\u6f22\u5b57" },
            undefined,
        ],
        [
            "cut at the maximum length, in whole characters",
            { maxLength: 3 },
            { profileName: "A\u{1F419}BC" },
            "A\u{1F419}B",
        ],
        ["not at all where it is not sent", { style: "none" }, { profileName: "Alice" }, undefined],
        ["after the name of the phone's account", {}, { profileName: "Alice", callerName: "Front Desk" }, "Front Desk"],
        [
            "not instead of the account's name, where profile names are not sent",
            { style: "none" },
            { callerName: "Front Desk" },
            "Front Desk",
        ],
        ["without line ends", {}, { profileName: 'A"\r\nEvil: 1' }, 'A\\" Evil: 1'],
    ])("is sent %s", (_, rules, calling, name) => {
        expect(nameIn(rules, calling)).toBe(name);
    });
});
