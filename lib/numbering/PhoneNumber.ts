import {
    getCountryCallingCode,
    isSupportedCountry,
    parsePhoneNumberFromString,
    type CountryCode,
} from "libphonenumber-js/min";

declare const brand: unique symbol;

/** What can be dialled: E.164 with a leading `+`, or a short code or feature code of digits, `*` and `#` as it was typed. */
export type PhoneNumber = string & { readonly [brand]: "PhoneNumber" };

/** ISO 3166-1 alpha-2, in capitals: the numbering plan a number without `+` belongs to. */
export type { CountryCode };

export interface NumberingContext {
    /** Without it, national numbers are taken as they were typed. */
    readonly defaultCountry?: CountryCode | undefined;
}

/** Longer than any number with an access code, a feature code and its separators. */
const MAX_TYPED_LENGTH = 64;
/** RFC 3966 visual separators, spaces, slashes and the dashes that word processors make. */
const SEPARATORS = /[\s().\-/\u2010-\u2015\u2212]/gu;
const NOT_DIGITS = /[^0-9]/g;
const E164 = /^\+[1-9][0-9]{2,14}$/;
const INTERNATIONAL = /^\+[0-9]{3,20}$/;
const AS_TYPED = /^[0-9*#]{1,32}$/;
/** Up to this many digits a number without prefix is an extension or a service number, never completed. */
const MAX_SHORT_CODE_DIGITS = 6;

/**
 * The canonical form of a number as a person, a trunk or a URI writes it: one text for all ways to write one number.
 *
 * Separators are dropped. `+44 (0)20 7183 8750`, `0044...`, ` 44...` (a leading space is a `+` lost to URL decoding)
 * and, within `defaultCountry`, `020 7183 8750` become E.164. Codes with `*` or `#`, up to six digits, and digits that
 * belong to no numbering plan we know (an outside-line prefix, a long extension) stay as typed. Undefined for
 * what nobody can dial: letters, nothing, or an international number that is too short or too long.
 */
export function parsePhoneNumber(text: string, context: NumberingContext = {}): PhoneNumber | undefined {
    if (text.length > MAX_TYPED_LENGTH) return undefined;
    const typed = text.normalize("NFKC").replace(SEPARATORS, "");
    if (INTERNATIONAL.test(typed)) return international(typed);
    if (!AS_TYPED.test(typed)) return undefined;
    if (/[*#]/.test(typed)) return typed as PhoneNumber;
    const restored = /^\s[\s]*[1-9]/.test(text) ? international(`+${typed}`) : undefined;
    if (restored !== undefined) return restored;
    if (typed.length <= MAX_SHORT_CODE_DIGITS) return typed as PhoneNumber;
    return national(typed, context.defaultCountry) ?? unplanned(typed);
}

/** The number in canonical text: what `parsePhoneNumber` returned once, read back from where it was kept. */
export function readPhoneNumber(canonical: string): PhoneNumber | undefined {
    return E164.test(canonical) || AS_TYPED.test(canonical) ? (canonical as PhoneNumber) : undefined;
}

function isE164(number: PhoneNumber): boolean {
    return number.startsWith("+");
}

/**
 * The digits by which a person recognises a number, however it is written, for comparing them with those of a text from
 * outside: with the country code and without, leading zeros dropped. What is not E.164 has its own digits only.
 */
export function recognisableDigitsOf(number: PhoneNumber): ReadonlySet<string> {
    const parsed = isE164(number) ? parsePhoneNumberFromString(number) : undefined;
    const texts = parsed === undefined ? [number] : [number, parsed.nationalNumber, parsed.formatNational()];
    return new Set(texts.map((text) => text.replace(/[^0-9*#]/g, "").replace(/^0+/, "")));
}

/** For people: `+44 20 7183 8750`; what is not E.164 as it is. */
export function formatPhoneNumber(number: PhoneNumber): string {
    return (isE164(number) ? parsePhoneNumberFromString(number)?.formatInternational() : undefined) ?? number;
}

/**
 * The digits to dial for a number from within a country's network: `02071838750` in GB, `004420…` from DE, `0114420…`
 * from US. Codes that are not E.164 as they are.
 */
export function digitsDialledIn(country: CountryCode, number: PhoneNumber): string {
    const parsed = isE164(number) ? parsePhoneNumberFromString(number) : undefined;
    if (parsed === undefined) return number;
    const isAtHome = parsed.countryCallingCode === getCountryCallingCode(country);
    const dialled = isAtHome ? parsed.formatNational() : abroad(parsed, country);
    return dialled?.replace(NOT_DIGITS, "") ?? digitsDialledAbroad(number);
}

/** Undefined where a country has a prefix for each carrier and none that always works, whatever the library's types say. */
function abroad(
    number: NonNullable<ReturnType<typeof parsePhoneNumberFromString>>,
    from: CountryCode,
): string | undefined {
    return number.format("IDD", { fromCountry: from });
}

/** With `00`, the international prefix of most of the world (ITU-T E.164). Codes that are not E.164 as they are. */
export function digitsDialledAbroad(number: PhoneNumber): string {
    return isE164(number) ? `00${number.slice(1)}` : number;
}

/** The country a two-letter code means, in either case, if it has a numbering plan. */
export function parseCountry(text: string): CountryCode | undefined {
    const code = text.toUpperCase();
    return isSupportedCountry(code) ? code : undefined;
}

/** By length only: the ranges in use change more often than this program is updated. */
function international(typed: string): PhoneNumber | undefined {
    const parsed = parsePhoneNumberFromString(typed);
    return parsed?.isPossible() === true && E164.test(parsed.number) ? (parsed.number as PhoneNumber) : undefined;
}

function national(typed: string, country: CountryCode | undefined): PhoneNumber | undefined {
    if (country === undefined) return undefined;
    const parsed = parsePhoneNumberFromString(typed, country);
    return parsed?.isPossible() === true ? (parsed.number as PhoneNumber) : undefined;
}

/** `00` is the international prefix of most of the world (ITU-T E.164), so it is one where the country says nothing else. */
function unplanned(typed: string): PhoneNumber | undefined {
    return typed.startsWith("00") ? international(`+${typed.slice(2)}`) : (typed as PhoneNumber);
}
