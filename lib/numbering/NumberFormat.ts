import { digitsDialledAbroad, digitsDialledIn, type CountryCode, type PhoneNumber } from "./PhoneNumber.ts";

/** How a network wants numbers written. Short codes are the same in all of them. */
export type NumberFormat =
    /** `+442071838750` (E.164) */
    | { readonly style: "plus" }
    /** `442071838750` */
    | { readonly style: "digits" }
    /** `00442071838750` */
    | { readonly style: "international" }
    /** As dialled in `country`: `02071838750` at home, `00…` abroad. */
    | { readonly style: "national"; readonly country: CountryCode };

/** A number in the form a network takes. Pure. */
export function writeNumber(format: NumberFormat, number: PhoneNumber): string {
    switch (format.style) {
        case "plus":
            return number;
        case "digits":
            return number.replace("+", "");
        case "international":
            return digitsDialledAbroad(number);
        case "national":
            return digitsDialledIn(format.country, number);
    }
}
