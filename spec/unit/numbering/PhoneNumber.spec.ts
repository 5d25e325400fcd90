import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
    formatPhoneNumber,
    parseCountry,
    parsePhoneNumber,
    readPhoneNumber,
    type CountryCode,
} from "../../../lib/numbering/PhoneNumber.ts";
import { ShortCodes } from "../../../lib/numbering/ShortCodes.ts";
import { patterns } from "../../support/dialling.ts";

const read = (text: string, defaultCountry?: CountryCode): string | undefined =>
    parsePhoneNumber(text, { defaultCountry });

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
