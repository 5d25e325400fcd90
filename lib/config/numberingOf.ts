import type { CallingContext } from "../numbering/CalledParty.ts";
import { namesShortCodes } from "../numbering/NumberPattern.ts";
import { isE164, type CountryCode } from "../numbering/PhoneNumber.ts";
import { ShortCodes } from "../numbering/ShortCodes.ts";
import type { Config, TrunkConfig } from "./Config.generated.ts";

/** A calling context whose country is given or absent. */
export type Numbering = CallingContext & { readonly defaultCountry?: CountryCode };

/**
 * How the configuration has numbers read. Codes that a rule or the number map names exactly are declared by that, and so are
 * those of each trunk: which trunks serve a code is up to `shortCodesOf`. Pure.
 */
export function numberingOf(config: Pick<Config, "numbers" | "dialling" | "trunks">): Numbering {
    const { defaultCountry, shortCodes, shortCodeDigits } = config.numbers;
    return {
        ...(defaultCountry !== undefined && { defaultCountry }),
        shortCodes: new ShortCodes({
            maxDigits: Math.max(shortCodeDigits, ...config.trunks.map((trunk) => trunk.shortCodeDigits ?? 0)),
            listed: [...shortCodes, ...config.trunks.flatMap((trunk) => trunk.shortCodes)],
            alsoNamed: namedElsewhere(config),
        }),
    };
}

/** The short codes that a trunk serves: its own, and those that the configuration declares for all trunks. */
export function shortCodesOf(
    trunk: Pick<TrunkConfig, "shortCodes" | "shortCodeDigits">,
    config: Pick<Config, "numbers" | "dialling" | "trunks">,
): ShortCodes {
    return new ShortCodes({
        maxDigits: trunk.shortCodeDigits ?? config.numbers.shortCodeDigits,
        listed: [...config.numbers.shortCodes, ...trunk.shortCodes],
        alsoNamed: namedElsewhere(config),
    });
}

function namedElsewhere({ numbers: { map }, dialling }: Pick<Config, "numbers" | "dialling">): readonly string[] {
    const mapped = [...map.numbers.keys()].filter((number) => !isE164(number));
    return [
        ...mapped.map((number) => number.replaceAll("*", "\\*")),
        ...map.patterns.flatMap(({ called }) => (typeof called === "string" ? [called] : [])).filter(namesShortCodes),
        ...dialling.allow.flatMap((rule) => rule.numbers).filter(namesShortCodes),
    ];
}
