import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
    digitsDialledIn,
    formatPhoneNumber,
    parseCountry,
    parsePhoneNumber,
    readPhoneNumber,
    type CountryCode,
    type PhoneNumber,
} from "../../../lib/numbering/PhoneNumber.ts";
import { ShortCodes } from "../../../lib/numbering/ShortCodes.ts";
import { patterns } from "../../support/dialling.ts";

const read = (text: string, defaultCountry?: CountryCode): string | undefined =>
    parsePhoneNumber(text, { defaultCountry });

const numbersInUse = [
    "+442071838750",
    "+12125550123",
    "+491713920012",
    "+390612345678",
    "+33123456789",
] as PhoneNumber[];
const plans: readonly (CountryCode | undefined)[] = ["GB", "US", "DE", "AT", "IT", "FR", "RU", "AU", "FO", undefined];
/** A plus, and what a person or a PBX could have put between it and the number. */
const needlessPrefixes = fc.constantFrom<(number: PhoneNumber, country: CountryCode | undefined) => string>(
    (number) => `+0${number.slice(1)}`,
    (number) => `+00${number.slice(1)}`,
    (number) => `+000${number.slice(1)}`,
    (number) => `+011${number.slice(1)}`,
    (number) => `+(0) ${number.slice(1)}`,
    (number, country) => `+${country === undefined ? "00" : digitsDialledIn(country, number).replace(/^(?!0)/, "0")}`,
);

describe("parsePhoneNumber", () => {
    it.each<[typed: string, country: CountryCode | undefined]>([
        ["+442071838750", undefined],
        ["+44 20 7183 8750", undefined],
        ["+44 (0)20 7183-8750", undefined],
        ["+44.20.7183.8750", undefined],
        ["+44\u00a020\u20117183\u20138750", undefined],
        ["＋４４２０７１８３８７５０", undefined],
        ["  +442071838750 ", undefined],
        [" 442071838750", undefined],
        [" 44 20 7183 8750", "DE"],
        ["00442071838750", undefined],
        ["00 44 20 7183 8750", "GB"],
        ["0044 20 7183 8750", "DE"],
        ["011 44 20 7183 8750", "US"],
        ["0044 20 7183 8750", "US"],
        ["020 7183 8750", "GB"],
        ["(020) 7183/8750", "GB"],
        ["2071838750", "GB"],
        ["442071838750", "GB"],
        ["\u202a+44 20 7183 8750\u202c", undefined],
        ["\u200e+442071838750", undefined],
        ["\u2066020 7183\u00ad8750\u2069", "GB"],
        ["+٤٤٢٠٧١٨٣٨٧٥٠", undefined],
        ["०२० ७१८३ ८७५०", "GB"],
    ])("reads %j (%s) as +442071838750", (typed, country) => {
        expect(read(typed, country)).toBe("+442071838750");
    });

    it.each<[typed: string, country: CountryCode, number: string]>([
        ["491713920012", "DE", "+491713920012"],
        ["4915228817386", "DE", "+4915228817386"],
        ["493023125012", "DE", "+493023125012"],
        ["436641234567", "AT", "+436641234567"],
        ["62812345678", "ID", "+62812345678"],
        ["12125551234", "US", "+12125551234"],
        ["390612345678", "IT", "+390612345678"],
        ["3901234567", "IT", "+393901234567"],
        ["79123456789", "RU", "+79123456789"],
        ["89123456789", "RU", "+79123456789"],
        ["201234", "FO", "+298201234"],
        ["2125551234", "US", "+12125551234"],
        ["00442071838750", "AU", "+442071838750"],
        ["0011442071838750", "AU", "+442071838750"],
        ["0302312", "DE", "+49302312"],
    ])("completes %s in %s as %s", (typed, country, number) => {
        expect(read(typed, country)).toBe(number);
    });

    it.each<[typed: string, country: CountryCode, why: string]>([
        ["23456789", "DE", "a local number has no area code"],
        ["201234", "DE", "a local number has no area code"],
        ["1234567", "GB", "no such area code"],
        ["71838750", "GB", "a local number has no area code"],
        ["5551234", "US", "a local number has no area code"],
        ["2001", "NU", "no such number"],
    ])("leaves %s in %s as it was typed: %s", (typed, country) => {
        expect(read(typed, country)).toBe(typed);
    });

    it("leaves a listed short code as it was typed, although it could be a national number", () => {
        const shortCodes = new ShortCodes({ maxDigits: 6, listed: patterns("2?????"), alsoNamed: [] });
        expect(parsePhoneNumber("201234", { defaultCountry: "FO", shortCodes })).toBe("201234");
        expect(parsePhoneNumber("301234", { defaultCountry: "FO", shortCodes })).toBe("+298301234");
    });

    it.each<[typed: string, country: CountryCode | undefined, number: string]>([
        ["*21#", "GB", "*21#"],
        ["*21*0207183875#", "GB", "*21*0207183875#"],
        ["**61*2001#", undefined, "**61*2001#"],
        ["*020 7183 8750", "GB", "*02071838750"],
        ["020 7183 8750#5", "GB", "02071838750#5"],
        ["#31#020 7183 8750", "GB", "#31#02071838750"],
        ["999", "GB", "999"],
        ["2001", "DE", "2001"],
        [" 2001", undefined, "2001"],
        ["0", "GB", "0"],
        ["00", "GB", "00"],
        ["116117", "DE", "116117"],
        ["0207183", undefined, "0207183"],
        ["12345678", undefined, "12345678"],
        ["902071838750", "GB", "902071838750"],
    ])("leaves %j (%s) as it was typed", (typed, country, number) => {
        expect(read(typed, country)).toBe(number);
    });

    it.each([
        "",
        " ",
        "+",
        "+4",
        "+44",
        "+4420",
        "++442071838750",
        "+44207183875012345678",
        "00442071",
        "+44*",
        "alice",
        "+44 20 7183 8750 ext. 5",
        "sip:+442071838750@carrier.example",
        "1".repeat(33),
        "+44 20 7183 8750x",
        "1".repeat(200),
    ])("finds no number in %j", (typed) => {
        expect(read(typed, "GB")).toBeUndefined();
    });

    it.each<[typed: string, country: CountryCode | undefined, number: string]>([
        ["+0442071838750", "GB", "+442071838750"],
        ["+0442071838750", "US", "+442071838750"],
        ["+0442071838750", "AU", "+442071838750"],
        ["+(0)44 20 7183 8750", "GB", "+442071838750"],
        ["+00442071838750", undefined, "+442071838750"],
        ["+00442071838750", "DE", "+442071838750"],
        ["+00442071838750", "SG", "+442071838750"],
        ["+0 20 7183 8750", "GB", "+442071838750"],
        ["+011 44 20 7183 8750", "US", "+442071838750"],
        ["+011 44 20 7183 8750", "GB", "+442071838750"],
        ["+0011 44 20 7183 8750", "AU", "+442071838750"],
        ["+0171 3920012", "DE", "+491713920012"],
        ["+06 1 234 5678", "HU", "+3612345678"],
    ])("reads %s in %s as %s, because the numbering plans allow nothing else", (typed, country, number) => {
        expect(read(typed, country)).toBe(number);
    });

    it.each<[typed: string, country: CountryCode | undefined, why: string]>([
        ["+0442071838750", "DE", "it is in use in Germany and in the United Kingdom"],
        ["+0491713920012", "DE", "it is in use with the area code 491, and as a mobile number"],
        ["+0442071838750", undefined, "national numbers of that country could begin with 044"],
        ["+0 20 7183 8750", "FR", "there is no such number in France, and none in use in Egypt"],
        ["+02071838750", undefined, "there is none in use in Egypt"],
        ["+011442071838750", undefined, "national numbers of that country could begin with 011"],
        ["+0112", "GB", "a short code has no plus"],
        ["+0999", "GB", "a short code has no plus"],
        ["+000442071838750", "GB", "000 is not an international prefix there"],
        ["000442071838750", "DE", "000 is not an international prefix there"],
        ["000900123456", "DE", "000 is not an international prefix there"],
        ["+0", "GB", "it is too short"],
        ["+00", "US", "it is too short"],
        ["+011", "US", "it is too short"],
        ["+0044", "GB", "it is too short"],
    ])("finds no number in %s in %s: %s", (typed, country) => {
        expect(read(typed, country)).toBeUndefined();
    });

    it("reads a plus, a national or international prefix and a number as the number itself, or not at all", () => {
        fc.assert(
            fc.property(fc.constantFrom(...numbersInUse), fc.constantFrom(...plans), needlessPrefixes, (...args) => {
                const [number, country, spell] = args;
                const typed = spell(number, country);
                expect([number, undefined], `${typed} in ${String(country)}`).toContain(read(typed, country));
            }),
            { numRuns: 2_000 },
        );
    });

    it.each(plans)("reads +00 and a number in use as that number in %s", (country) => {
        for (const number of numbersInUse) expect(read(`+00${number.slice(1)}`, country)).toBe(number);
    });

    it("leaves what it returned as it is, and never throws", () => {
        const typed = fc.oneof(
            fc.string({ unit: "binary", maxLength: 40 }),
            fc.string({ unit: fc.constantFrom(...Array.from("+0123456789*# ()-.")), maxLength: 24 }),
        );
        fc.assert(
            fc.property(
                typed,
                fc.constantFrom<CountryCode | undefined>("GB", "US", "DE", undefined),
                (text, country) => {
                    const number = read(text, country);
                    if (number === undefined) return;
                    expect(readPhoneNumber(number)).toBe(number);
                    if (number.startsWith("+")) expect(read(number, country)).toBe(number);
                },
            ),
        );
    });
});

describe("readPhoneNumber", () => {
    it.each(["+44 20 7183 8750", "", "+0123", "bob", "*21# "])("refuses %j, which is not canonical", (text) => {
        expect(readPhoneNumber(text)).toBeUndefined();
    });
});

describe("formatPhoneNumber", () => {
    it.each([
        ["+442071838750", "+44 20 7183 8750"],
        ["+12125550123", "+1 212 555 0123"],
        ["*21#", "*21#"],
        ["2001", "2001"],
    ])("shows %s as %s", (number, shown) => {
        const parsed = parsePhoneNumber(number);
        expect(parsed && formatPhoneNumber(parsed)).toBe(shown);
    });
});

describe("parseCountry", () => {
    it.each([
        ["GB", "GB"],
        ["gb", "GB"],
        ["XX", undefined],
        ["", undefined],
        ["toString", undefined],
    ])("reads %j as %j", (text, country) => {
        expect(parseCountry(text)).toBe(country);
    });
});
