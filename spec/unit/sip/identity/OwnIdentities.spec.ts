import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { LiveDialPlan, NO_CHANGES } from "../../../../lib/numbering/LiveDialPlan.ts";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import { parsePhoneNumber, type PhoneNumber } from "../../../../lib/numbering/PhoneNumber.ts";
import { identifyCaller } from "../../../../lib/sip/identity/identifyCaller.ts";
import { OwnHosts } from "../../../../lib/sip/identity/OwnHosts.ts";
import { OwnIdentities } from "../../../../lib/sip/identity/OwnIdentities.ts";
import { readPrivacy } from "../../../../lib/sip/identity/privacy.ts";
import { parseNameAddress } from "../../../../lib/sip/sipHeaders.ts";
import { inboundTo, numberingWith, ownNumbersIn } from "../../../support/dialling.ts";

const PEER = "203.0.113.9";
const own = new OwnIdentities({
    hosts: new OwnHosts(["matrix.example", "192.0.2.1", "[2001:db8::1]"]),
    accounts: new Set(["alice-desk"]),
    dialPlan: ownNumbersIn({
        "+442071838750": "@alice:matrix.example",
        "2001": "@alice:matrix.example",
        "3000..3099": "@ext{digits}:matrix.example",
    }),
});

/** The caller that an INVITE with these headers shows, from a peer at `at`. */
function shown(
    fields: Readonly<Record<string, string>>,
    sender: "trusted" | "untrusted" = "untrusted",
    at = PEER,
    defaultCountry?: "GB" | "US",
) {
    const headers = new Map(Object.entries({ from: "<sip:carol@pbx.example>;tag=1", ...fields }));
    const from = parseNameAddress(headers.get("from") ?? "");
    if (from === undefined) throw new Error("the spec's From cannot be read");
    const peer = { trusted: sender === "trusted", ...(defaultCountry !== undefined && { defaultCountry }) };
    return identifyCaller(headers, from, readPrivacy(undefined), peer, (named) => own.screen(named, sender, at));
}

describe("an untrusted peer", () => {
    test.each([
        ["an account", "sip:alice-desk@matrix.example", "account"],
        ["an account with an escape", "sip:%61lice-desk@matrix.example", "account"],
        ["an account in capitals", "sip:ALICE-desk@matrix.example", "account"],
        ["an account with a trailing dot", "sip:alice-desk@MATRIX.EXAMPLE.", "account"],
        ["an account with a port and parameters", "sip:alice-desk;x=y@matrix.example:5060;transport=tcp", "account"],
        ["an account with a password", "sip:alice-desk:secret@matrix.example", "account"],
        ["an account at the IPv6 address", "sip:alice-desk@[2001:DB8:0:0::1]", "account"],
        ["an account at the IPv4 address, mapped to IPv6", "sip:alice-desk@[::ffff:192.0.2.1]", "account"],
        ["an account at the IPv4 address as one number", "sip:alice-desk@0xC0000201", "account"],
        ["a Matrix user", "sip:alice@matrix.example", "own_host"],
        ["a name at the public address", "sips:alice@192.0.2.1:5061", "own_host"],
        ["a name at loopback", "sip:alice@127.0.0.1", "own_host"],
        ["a mapped number", "sip:+442071838750@pbx.example", "mapped_number"],
        ["a mapped number in a tel: URI", "tel:+44-20-7183-8750", "mapped_number"],
        ["a mapped number with escaped digits", "sip:%2b%34%342071838750@pbx.example", "mapped_number"],
        ["a mapped number with 00", "sip:00442071838750@pbx.example", "mapped_number"],
        ["a mapped number with 011", "sip:011442071838750@pbx.example", "mapped_number"],
        ["a mapped number with +0", "sip:+0442071838750@pbx.example", "mapped_number"],
        ["a mapped number without plus", "sip:442071838750@pbx.example", "mapped_number"],
        ["a mapped number in national form", "sip:02071838750@pbx.example", "mapped_number"],
        ["a mapped number in wide digits", "sip:%EF%BC%8B442071838750@pbx.example", "mapped_number"],
        ["a mapped number with an extension", "sip:+442071838750;ext=5@pbx.example", "mapped_number"],
        ["a mapped number with a pause", "sip:+442071838750,5@pbx.example", "mapped_number"],
        ["a mapped number with phone-context", "tel:71838750;phone-context=+4420", "mapped_number"],
        ["a mapped extension", "sip:2001@pbx.example", "mapped_number"],
        ["an extension in a mapped range", "sip:3042@pbx.example", "mapped_number"],
    ])("does not appear as %s", (_, uri, because) => {
        expect(shown({ from: `<${uri}>;tag=1` })).toMatchObject({
            caller: { kind: "anonymous" },
            withheldBecause: because,
        });
    });

    test.each([
        ["+44 20 7183 8750"],
        ["020 7183 8750"],
        ["alice@matrix.example"],
        ["sip:%61lice@Matrix.Example."],
        ["@alice:matrix.example"],
    ])("does not show %s as its display name", (name) => {
        expect(shown({ from: `"${name}" <sip:carol@pbx.example>;tag=1` }).caller).toEqual({
            kind: "address",
            address: "carol@pbx.example",
        });
    });

    test.each(["p-asserted-identity", "remote-party-id"])("does not appear as anybody by %s", (header) => {
        expect(shown({ [header]: "<sip:+442071838750@pbx.example>" }).caller).toMatchObject({
            address: "carol@pbx.example",
        });
    });

    it("appears as a user of the machine it runs on, the same as the bridge's", () => {
        const from = "<sip:reception@192.0.2.1>;tag=1";
        expect(shown({ from }, "untrusted", "192.0.2.1").caller).toMatchObject({ address: "reception@192.0.2.1" });
    });

    it("does not appear as an account by calling from the bridge's own machine", () => {
        const from = "<sip:alice-desk@192.0.2.1>;tag=1";
        expect(shown({ from }, "untrusted", "192.0.2.1").caller).toEqual({ kind: "anonymous" });
    });

    test.each([
        ["another number", "sip:+442071838751@pbx.example"],
        ["another name", '"Alice" <sip:alice@pbx.example>'],
        ["a number at the bridge's address", "sip:+493012345678@192.0.2.1"],
    ])("appears as %s", (_, from) => {
        expect(shown({ from }).withheldBecause).toBeUndefined();
    });
});

describe("a trusted peer", () => {
    test.each([
        ["a mapped number", "<sip:+442071838750@pbx.example>", { number: "+442071838750" }],
        ["a Matrix user", "<sip:alice@matrix.example>", { address: "alice@matrix.example" }],
    ])("can assert %s", (_, identity, caller) => {
        expect(shown({ "p-asserted-identity": identity }, "trusted").caller).toMatchObject(caller);
    });

    it("cannot assert an account, whose password it does not have", () => {
        const identity = { "p-asserted-identity": "<sip:%61lice-desk@matrix.example>" };
        expect(shown(identity, "trusted").caller).toMatchObject({ address: "carol@pbx.example" });
    });
});

describe("a number that a command maps while the bridge runs", () => {
    const rules = {
        inbound: inboundTo({ "+442079460100": "@carol:matrix.example", "4000..4099": "@ext{digits}:matrix.example" }),
        allow: [],
        trunks: [],
        numbering: numberingWith(),
    };
    const plan = new LiveDialPlan(rules);
    const live = new OwnIdentities({ hosts: new OwnHosts([]), accounts: new Set(), dialPlan: plan });
    const withheld = (number: string): boolean => {
        const named = { kind: "number", number: number as PhoneNumber } as const;
        return live.screen(named, "untrusted", PEER).kind === "withheld";
    };
    const map = (...entries: readonly (readonly [string, MatrixUserId | undefined])[]): void =>
        plan.apply(rules, { ...NO_CHANGES, mapped: new Map(entries) });

    it("is withheld from then on, and shown again after the command is undone", () => {
        expect(withheld("+442079460199")).toBe(false);
        map(["+442079460199", "@dora:matrix.example" as MatrixUserId]);
        expect(withheld("+442079460199")).toBe(true);
        map();
        expect(withheld("+442079460199")).toBe(false);
    });

    it("is withheld in national form, too", () => {
        map(["+442079460199", "@dora:matrix.example" as MatrixUserId]);
        expect(withheld("02079460199")).toBe(true);
    });

    it.each(["+442079460100", "4042"])("is shown if the command leaves %s without a user", (number) => {
        map();
        expect(withheld(number)).toBe(true);
        map([number, undefined]);
        expect(withheld(number)).toBe(false);
    });
});

/** One character of a user part, plain or escaped. */
const spelt = (character: string): fc.Arbitrary<string> =>
    fc.constantFrom(
        character,
        `%${character.charCodeAt(0).toString(16)}`,
        `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
const spellings = (text: string): fc.Arbitrary<string> =>
    fc.tuple(...Array.from(text, spelt)).map((all) => all.join(""));
const cased = (text: string): fc.Arbitrary<string> =>
    fc.tuple(...Array.from(text, (c) => fc.constantFrom(c.toLowerCase(), c.toUpperCase()))).map((all) => all.join(""));

test("an untrusted peer cannot appear as an account in any spelling of its address", () => {
    const uri = fc
        .tuple(
            fc.constantFrom("sip", "SIP", "sips"),
            cased("alice-desk").chain(spellings),
            fc.constantFrom("", ":pw", ";a=b", ";phone-context=x"),
            fc.oneof(
                cased("matrix.example"),
                fc.constantFrom("192.0.2.1", "[2001:db8::1]", "[2001:DB8:0:0:0:0:0:1]", "[::FFFF:c000:201]"),
            ),
            fc.constantFrom("", ":5060", ";user=phone", "?Subject=x"),
        )
        .map(([scheme, user, suffix, host, rest]) => `${scheme}:${user}${suffix}@${host}${rest}`);
    fc.assert(
        fc.property(uri, (written) => {
            expect(shown({ from: `<${written}>;tag=1` })).toMatchObject({ withheldBecause: "account" });
        }),
    );
});

test("an untrusted peer cannot appear as a mapped number in any spelling of it", () => {
    const digits = "2071838750";
    const separated = fc
        .tuple(...Array.from(digits, (d) => fc.constantFrom(d, `${d}-`, `${d}.`)))
        .map((all) => all.join("").replace(/[-.]$/, ""));
    const uri = fc
        .tuple(
            fc.constantFrom("+44", "%2B44", "%2b44", "0044", "01144", "44", "0", ""),
            separated.chain(spellings),
            fc.constantFrom("", ";ext=1", ",1", ";isub=2", ";phone-context=+1"),
            fc.constantFrom("pbx.example", "matrix.example", "203.0.113.9"),
            fc.constantFrom("", ";user=phone"),
        )
        .map(([prefix, number, suffix, host, params]) => `sip:${prefix}${number}${suffix}@${host}${params}`);
    fc.assert(
        fc.property(uri, fc.constantFrom(undefined, "GB" as const, "US" as const), (written, country) => {
            const { caller } = shown({ from: `<${written}>;tag=1` }, "untrusted", PEER, country);
            const isOwn = caller.kind === "number" && caller.number === parsePhoneNumber("+442071838750");
            expect(isOwn).toBe(false);
        }),
    );
});
