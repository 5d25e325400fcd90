import { expect, it } from "vitest";
import type { Config } from "../../../lib/config/Config.generated.ts";
import { openRules } from "../../../lib/config/openRules.ts";
import type { CountryCode } from "../../../lib/numbering/PhoneNumber.ts";
import { noRoutes, patterns } from "../../support/dialling.ts";

const numbersOf = (defaultCountry?: CountryCode) =>
    ({ map: noRoutes, shortCodes: [], shortCodeDigits: 6, ...(defaultCountry && { defaultCountry }) }) as const;

function warningsFor(users: readonly string[], written: readonly string[], country?: CountryCode): readonly string[] {
    const config: Pick<Config, "dialling" | "numbers" | "trunks"> = {
        dialling: { allow: [{ users, numbers: patterns(...written) }] },
        numbers: numbersOf(country),
        trunks: [{}] as unknown as Config["trunks"],
    };
    return openRules(config);
}

it.each<[pattern: string, country: CountryCode | undefined, reached: string]>([
    ["*", "GB", "premium, international and emergency"],
    ["+*", "GB", "premium and international"],
    ["+4*", undefined, "premium and international"],
    ["+44*", "GB", "premium"],
    ["+1*", "US", "premium"],
    ["+1900*", "US", "premium"],
    ["+33*", "GB", "premium and international"],
    ["9*", "GB", "emergency"],
    ["11?", "GB", "emergency"],
    ["911", "US", "emergency"],
])("warns that everybody can call numbers under %s in %s: %s", (pattern, country, reached) => {
    expect(warningsFor(["@*:matrix.example"], [pattern], country)).toEqual([
        `dialling.allow[0]: @*:matrix.example can call ${reached} numbers (${pattern}); name the users, or the numbers`,
    ]);
});

it.each<[pattern: string, country: CountryCode]>([
    ["+4420*", "GB"],
    ["20??", "GB"],
    ["+442071838750", "GB"],
    ["+4930*", "DE"],
    ["*@pbx.example", "GB"],
])("has no warning about %s for everybody in %s", (pattern, country) => {
    expect(warningsFor(["*"], [pattern], country)).toEqual([]);
});

it("has no warning about rules for single users", () => {
    expect(warningsFor(["@alice:matrix.example", "@alice*:matrix.example"], ["*"], "GB")).toEqual([]);
});
