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
        ["is nobody by From alone", { callerId }, { From: ANONYMOUS }],
        [
            "is asserted to the network, which is to keep it",
            { callerId, identity: ["asserted"] },
            { From: ANONYMOUS, "P-Asserted-Identity": `<sip:+4930999@localhost;user=phone>`, Privacy: "id" },
        ],
        [
            "is told to the PBX, which is to keep it",
            { callerId, identity: ["remote-party-id"] },
            {
                From: ANONYMOUS,
                "Remote-Party-ID": `<sip:+4930999@carrier.example;user=phone>;party=calling;screen=yes;privacy=full`,
            },
        ],
        [
            "is told as the account where there is no number",
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
        ["is nobody at all where nothing is known", { identity: all }, { From: ANONYMOUS, Privacy: "id" }],
    ])("%s", (_, trunk, expected) => {
        expect(headers(trunk)).toEqual(expected);
    });

    test("by their own wish is told to the network under their own number", () => {
        const wish = { callerIs: "withheld", callerName: "Alice" } as const;
        expect(headers({ callerId: { byUser }, identity: ["asserted"] }, wish)).toEqual({
            From: ANONYMOUS,
            "P-Asserted-Identity": `"Alice" <sip:+493012345678@localhost;user=phone>`,
            Privacy: "id",
        });
        expect(headers({ callerId: { byUser } }, wish)).toEqual({ From: ANONYMOUS });
    });
});
