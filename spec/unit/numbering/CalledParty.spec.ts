import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DialPlan, type DialVerdict } from "../../../lib/numbering/DialPlan.ts";
import { ghostLocalpartOf, partyOfLocalpart } from "../../../lib/numbering/ghostLocalpart.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import type { CountryCode } from "../../../lib/numbering/PhoneNumber.ts";
import { parseRemoteParty, type RemoteParty } from "../../../lib/numbering/RemoteParty.ts";
import { partyOfUri } from "../../../lib/sip/identity/partyOfUri.ts";
import { parseUri } from "../../../lib/sip/sipHeaders.ts";
import { inboundTo, numberingWith, patterns } from "../../support/dialling.ts";

const alice = "@alice:matrix.example" as MatrixUserId;
const mallory = "@mallory:matrix.example" as MatrixUserId;
const forbidden: DialVerdict = { kind: "forbidden" };

describe("calledPartyOf, as rules see it", () => {
    it.each(["+49000900123456", "+4900900123456", "0049 0 0900 123456", "+49 (0) (0) (0) 900 123456"])(
        "decides on %s as on the premium number that a network reads",
        (typed) => {
            const dialled = viaDialPad(typed, "DE");
            expect(decide(["+49900*"], dialled, "DE")).toMatchObject({ callee: { number: "+49900123456" } });
            expect(decide(["+4909*"], dialled, "DE")).toEqual(forbidden);
        },
    );

    it("decides on every spelling of an address as on its canonical form", () => {
        fc.assert(
            fc.property(
                countries,
                addresses,
                fc.constantFrom(...addressSpellings),
                rules,
                (country, party, spell, rule) => {
                    const canonical = parseRemoteParty(`${party.user}@${party.host}`, { defaultCountry: country });
                    expect(canonical).toBeDefined();
                    for (const dialled of [
                        viaDialPad(spell(party), country),
                        viaUri(withScheme(spell(party)), country),
                    ]) {
                        expect(decide([rule], dialled, country)).toEqual(decide([rule], canonical, country));
                    }
                },
            ),
            { numRuns: 1_000 },
        );
    });

    it.each<[rule: string, ghost: string, country: CountryCode]>([
        ["2*", "2125551234", "US"],
        ["2*", "2=2a21=2a0019005551234=23", "US"],
        ["2*", "20000000000000000", "US"],
        ["2*", "2071838750", "GB"],
        ["2*", "23456789", "DE"],
        ["0*", "01632960000", "GB"],
        ["0*", "001900", "GB"],
        ["1*", "19005550123", "US"],
        ["*", "2=2a21=2a0019005551234=23", "US"],
        ["+44207*", "=2b44207", "GB"],
    ])("forbids under %s the ghost %s in %s", (rule, name, country) => {
        expect(decide([rule], viaGhost(name), country)).toEqual(forbidden);
    });

    it.each<[rule: string, ghost: string, callee: string]>([
        ["2*", "2001", "2001"],
        ["20??", "2001", "2001"],
        ["+1*", "2125551234", "+12125551234"],
        ["\\*\\*610", "=2a=2a610", "**610"],
        ["\\*21#", "=2a21=23", "*21#"],
        ["911", "911", "911"],
        ["?????????????", "2000000000000", "2000000000000"],
    ])("allows under %s the ghost %s as %s", (rule, name, callee) => {
        expect(decide([rule], viaGhost(name), "US")).toMatchObject({ kind: "allowed", callee: { number: callee } });
    });

    it("decides on every spelling of a full number as on its canonical form", () => {
        fc.assert(
            fc.property(countries, fullNumbers, spellings, rules, (country, number, spell, rule) => {
                const dialled = spell(number, country);
                if (dialled === undefined) return;
                const canonical = parseRemoteParty(number, { defaultCountry: country });
                expect(decide([rule], dialled, country)).toEqual(decide([rule], canonical, country));
            }),
            { numRuns: 1_000 },
        );
    });

    it("decides on +0 and a full number as on the number itself, or forbids the call", () => {
        const prefixes = fc.constantFrom("+0", "+00", "+000", "+011", "+(0)", "000", "+0 0 ");
        const ways = fc.constantFrom(viaDialPad, (text: string, country: CountryCode) =>
            viaUri(`sip:${text.replaceAll(" ", "")}@host.example;user=phone`, country),
        );
        fc.assert(
            fc.property(countries, fullNumbers, prefixes, ways, rules, (country, number, prefix, way, rule) => {
                const dialled = way(`${prefix}${digitsOf(number)}`, country);
                // what is no number can still be a user at another host
                if (dialled?.kind !== "number" || number === NOT_IN_USE) return;
                const canonical = parseRemoteParty(number, { defaultCountry: country });
                expect([forbidden, decide([rule], canonical, country)]).toContainEqual(
                    decide([rule], dialled, country),
                );
            }),
            { numRuns: 1_000 },
        );
    });

    it("never lets a user call who is in no rule", () => {
        fc.assert(
            fc.property(countries, anyDialled, rules, (country, dialled, rule) => {
                if (dialled !== undefined)
                    expect(planOf([rule], country).whoMayDial(mallory, dialled)).toEqual(forbidden);
            }),
        );
    });

    it("never lets a listed user call more than the rule says", () => {
        fc.assert(
            fc.property(countries, anyDialled, rules, (country, dialled, rule) => {
                const verdict = decide([rule], dialled, country);
                if (verdict.kind === "forbidden") return;
                const { callee } = verdict;
                expect(callee.kind === "number" ? callee.number : callee.address).toMatch(WITHIN_RULE[rule]);
            }),
            { numRuns: 2_000 },
        );
    });
});

/** What the numbers of each rule look like, written without the code under test. */
const WITHIN_RULE = {
    "2*": /^2[0-9]{0,5}$/,
    "20??": /^20[0-9]{2}$/,
    "+44*": /^\+44[0-9]{7,10}$/,
    "+4420????????": /^\+4420[0-9]{8}$/,
    "\\*\\*6??": /^\*\*6[0-9]{2}$/,
    "911": /^911$/,
    "*@pbx.example": /^[^@]+@pbx\.example$/,
    "1??@pbx.example": /^1[0-9]{2}@pbx\.example$/,
    // the shortest full numbers have six digits, +98 0000 in Iran
    "*": /^\+[1-9][0-9]{5,14}$|^[0-9]{1,6}$|^[^@]+@[^@]+$/,
} as const;

type Rule = keyof typeof WITHIN_RULE;
const rules = fc.constantFrom(...(Object.keys(WITHIN_RULE) as Rule[]));
const countries = fc.constantFrom<CountryCode>("GB", "US", "DE", "FO");
/** Possible, but in no plan: with a zero in front it is a number in Germany. */
const NOT_IN_USE = "+88213123456";
const fullNumbers = fc.constantFrom(
    "+442071838750",
    "+449098790123",
    "+12125551234",
    "+19005551234",
    "+493023125012",
    "+491713920012",
    "+298201234",
    NOT_IN_USE,
);

/** One way to dial a number; undefined if it cannot be written so, or if nothing would be dialled. */
type Spelling = (number: string, country: CountryCode) => RemoteParty | undefined;

const viaDialPad = (text: string, country: CountryCode) => parseRemoteParty(text, numberingWith([], country));
const viaGhost = (name: string) => partyOfLocalpart(`sip_${name}`, "sip_");
const viaUri = (uri: string, country: CountryCode) => {
    const parsed = parseUri(uri);
    return parsed && partyOfUri(parsed, numberingWith([], country));
};
const handMadeGhost = (text: string) =>
    partyOfLocalpart(ghostLocalpartOf({ kind: "number", number: text as never }, "sip_"), "sip_");
const digitsOf = (number: string) => number.slice(1);
const escaped = (text: string) => Array.from(text, (character) => `%${character.charCodeAt(0).toString(16)}`).join("");
const inScript = (zero: number) => (number: string) =>
    number.replace(/[0-9]/g, (digit) => String.fromCodePoint(zero + Number(digit)));

const spellings = fc.constantFrom<Spelling>(
    (number, country) => viaDialPad(`00${digitsOf(number)}`, country),
    (number, country) => (country === "US" ? viaDialPad(`011${digitsOf(number)}`, country) : undefined),
    (number, country) => viaDialPad(` ${digitsOf(number)}`, country),
    (number, country) => viaDialPad(`\u202a${number.replace(/(...)/g, "$1 ")}\u202c`, country),
    (number, country) => viaDialPad(number.replace(/(..)/g, "$1-"), country),
    (number, country) => viaDialPad(inScript(0xff10)(number), country),
    (number, country) => viaDialPad(inScript(0x0966)(number), country),
    (number, country) => viaDialPad(inScript(0x1d7ce)(number), country),
    (number) => handMadeGhost(number),
    (number) => handMadeGhost(`00${digitsOf(number)}`),
    (number, country) => viaUri(`sip:${number}@host.example`, country),
    (number, country) => viaUri(`sip:%2B${digitsOf(number)}@host.example;user=phone`, country),
    (number, country) => viaUri(`sip:%2b${digitsOf(number)}@host.example.`, country),
    (number, country) => viaUri(`SIP:${number};ext=5@HOST.example:5060`, country),
    (number, country) => viaUri(`tel:${number};phone-context=+999`, country),
    (number, country) => viaUri(`tel:${number.replace(/(...)/g, "$1-")};ext=77`, country),
    (number, country) => viaDialPad(`+00${digitsOf(number)}`, country),
    (number, country) => viaDialPad(`tel:${number};ext=5`, country),
    (number, country) => viaDialPad(`${number},,123#`, country),
    (number, country) => viaDialPad(number.replace(/(...)/g, "$1\u00B7"), country),
    (number, country) =>
        /^\+4[49]/.test(number) ? viaDialPad(`${number.slice(0, 3)} (0) ${number.slice(3)}`, country) : undefined,
    (number, country) => viaUri(`sip:${number}%2C5@host.example`, country),
    (number, country) => viaUri(`sip:${number};postd=pp22@host.example;user=phone`, country),
    (number, country) => viaUri(`sip:+00${digitsOf(number)}@host.example`, country),
    (number, country) => viaUri(`sip:${escaped(number)}@HOST.example;user=phone`, country),
    (number, country) => viaUri(`sip:${encodeURIComponent(inScript(0x0660)(number))}@host.example`, country),
    (number, country) => viaUri(`sips:00${digitsOf(number)};phone-context=example.com@[2001:db8::1]`, country),
);

interface Address {
    readonly user: string;
    readonly host: string;
}
const addresses: fc.Arbitrary<Address> = fc.record({
    user: fc.constantFrom("bob", "bob.smith", "b-o_b", "alice.100"),
    host: fc.constantFrom("pbx.example", "192.0.2.7", "[2001:db8::7]"),
});
const withScheme = (text: string): string => (/^sips?:/i.test(text) ? text : `sip:${text}`);
const expandedHost: Readonly<Record<string, string>> = {
    "pbx.example": "PBX.Example.",
    "192.0.2.7": "[::FFFF:192.0.2.7]",
    "[2001:db8::7]": "[2001:0DB8:0:0:0:0:0:0007]",
};
/** Ways to write an address of record. */
const addressSpellings: readonly ((address: Address) => string)[] = [
    ({ user, host }) => `sip:${user}@${host}`,
    ({ user, host }) => `SIP:${user}@${host.toUpperCase()}`,
    ({ user, host }) => `sips:${user}@${host}`,
    ({ user, host }) => `${user}@${expandedHost[host] ?? host}`,
    ({ user, host }) => `sip:${user}@${host}:5060`,
    ({ user, host }) => `sip:${user}@${host};transport=tcp;lr`,
    ({ user, host }) => `sip:${user}:secret@${host}`,
    ({ user, host }) => `sip:${user}@${host}?Subject=x`,
    ({ user, host }) => `sip:${escaped(user)}@${host}`,
    ({ user, host }) => `sip:${escaped(user).toUpperCase()}@${expandedHost[host] ?? host}:5061;user=ip`,
];

const keys = fc.string({ unit: fc.constantFrom(...Array.from("0123456789*#+")), minLength: 1, maxLength: 20 });
const typed = fc.oneof(
    keys,
    keys.map((text) => `2${text}`),
    keys.map((text) => `+44207${text}`),
    keys.map((text) => `${text},,5`),
    keys.map((text) => `${text};ext=${text}`),
    keys.map((text) => `+0${text}`),
    keys.map((text) => `${text};rn=+19005551234@pbx.example`),
    keys.map((text) => `${text}@pbx.example`),
    fullNumbers,
    fullNumbers.map((number) => `+0${digitsOf(number)}`),
    fc.constantFrom("**610", "**6123", "911", "9112125551234", "2001", "20011"),
);
const anyDialled = fc.tuple(typed, countries, fc.nat(3)).map(([text, country, way]) => {
    if (way === 0) return viaDialPad(text, country);
    if (way === 1) return viaUri(`sip:${text.replaceAll("#", "%23")}@pbx.example`, country);
    if (way === 2) return viaUri(`tel:${text};phone-context=+44`, country);
    return handMadeGhost(text);
});

function planOf(written: readonly string[], country: CountryCode): DialPlan {
    const numbers = patterns(...written);
    return new DialPlan({
        inbound: inboundTo({}, "matrix.example"),
        allow: [{ users: [alice], numbers }],
        trunks: [{ name: "world", prefixes: [""], domains: ["pbx.example"] }],
        numbering: numberingWith(numbers, country),
    });
}

function decide(written: readonly string[], dialled: RemoteParty | undefined, country: CountryCode): DialVerdict {
    if (dialled === undefined) return forbidden;
    return planOf(written, country).whoMayDial(alice, dialled);
}
