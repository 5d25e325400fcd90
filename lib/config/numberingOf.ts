import type { CallingContext } from "../numbering/CalledParty.ts";
import { namesShortCodes } from "../numbering/NumberPattern.ts";
import { isE164, type CountryCode } from "../numbering/PhoneNumber.ts";
import { ShortCodes } from "../numbering/ShortCodes.ts";
import type { Config } from "./Config.generated.ts";

/** A calling context whose country is given or absent. */
export type Numbering = CallingContext & { readonly defaultCountry?: CountryCode };

/** How the configuration has numbers read. Codes that a rule or the number map names exactly are declared by that. Pure. */
export function numberingOf({ numbers, dialling }: Pick<Config, "numbers" | "dialling">): Numbering {
    const { defaultCountry, shortCodes, shortCodeDigits, map } = numbers;
    const mapped = [...map.numbers.keys()].filter((number) => !isE164(number));
    return {
        ...(defaultCountry !== undefined && { defaultCountry }),
        shortCodes: new ShortCodes({
            maxDigits: shortCodeDigits,
            listed: shortCodes,
            alsoNamed: [
                ...mapped.map((number) => number.replaceAll("*", "\\*")),
                ...map.patterns
                    .flatMap(({ called }) => (typeof called === "string" ? [called] : []))
                    .filter(namesShortCodes),
                ...dialling.allow.flatMap((rule) => rule.numbers).filter(namesShortCodes),
            ],
        }),
    };
}
