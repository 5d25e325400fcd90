import {
    getCountryCallingCode,
    isSupportedCountry,
    Metadata,
    parsePhoneNumberFromString,
    type CountryCode,
} from "libphonenumber-js/max";
import type { ShortCodes } from "./ShortCodes.ts";
import { foldTypedText } from "./foldTypedText.ts";

declare const brand: unique symbol;

/**
 * A number in canonical form: E.164 with a leading `+`, or the digits, `*` and `#` of a short or feature code as they
 * were written. Whether a code can be called is decided by `calledPartyOf`: a caller can have any number.
 */
export type PhoneNumber = string & { readonly [brand]: "PhoneNumber" };

/** ISO 3166-1 alpha-2, in capitals: the numbering plan that a number without country code belongs to. */
export type { CountryCode };

/** How numbers without country code are read. */
export interface NumberingContext {
    /** If undefined, national numbers stay as they were written. */
    readonly defaultCountry?: CountryCode | undefined;
    /** Codes that are never completed with a country code. */
    readonly shortCodes?: ShortCodes | undefined;
}

/** Longer than any number with an access code, a feature code and its separators. */
const MAX_TYPED_LENGTH = 64;
const NOT_DIGITS = /[^0-9]/g;
const E164 = /^\+[1-9][0-9]{2,14}$/;
const INTERNATIONAL = /^\+[0-9]{3,20}$/;
const AS_TYPED = /^[0-9*#]{1,32}$/;
/** An international number that is too short or too long, and no short code. */
const INCOMPLETE_ABROAD = /^00[0-9]{5,}$/;
/** Subscriber numbers have at most eight digits: a longer national number contains its area code. */
const MAX_SUBSCRIBER_DIGITS = 8;
/** Shorter numbers that begin with the trunk prefix are taken for codes unless they are in use. */
const MIN_PREFIXED_DIGITS = 7;

/**
 * Parses a number as a person, a trunk or a URI writes it into its canonical form: one text for all ways to write one
 * number.
 *
 * Separators and invisible characters are dropped, digits of all scripts are read. `+44 (0)20 7183 8750`, `0044...`,
 * ` 44...` (a leading space is a `+` lost to URL decoding) and, within `defaultCountry`, `020 7183 8750` and
 * `442071838750` become E.164. Codes with `*` or `#`, declared short codes, and digits that the country's numbering plan
 * does not allow as a national number stay as written. Returns undefined for letters, an empty text, or an
 * international number that is too short or too long.
 */
export function parsePhoneNumber(text: string, context: NumberingContext = {}): PhoneNumber | undefined {
    if (text.length > MAX_TYPED_LENGTH) return undefined;
    const typed = foldTypedText(text);
    if (INTERNATIONAL.test(typed)) return international(typed) ?? withNeedlessPrefix(typed, context);
    if (!AS_TYPED.test(typed)) return undefined;
    if (/[*#]/.test(typed) || context.shortCodes?.isListed(typed) === true) return typed as PhoneNumber;
    const restored = /^\s+[1-9]/.test(text) ? international(`+${typed}`) : undefined;
    const planned = restored ?? canonical(fromPlan(typed, context.defaultCountry));
    return planned ?? (INCOMPLETE_ABROAD.test(typed) ? undefined : (typed as PhoneNumber));
}

/**
 * Reads a number in canonical form back from where it was kept, such as a ghost's name. It says who that is, not that
 * the number can be called: see `calledPartyOf`.
 */
export function readPhoneNumber(canonical: string): PhoneNumber | undefined {
    return E164.test(canonical) || AS_TYPED.test(canonical) ? (canonical as PhoneNumber) : undefined;
}

/** Whether a number is a full one, with country code. */
export function isE164(number: PhoneNumber): boolean {
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

/** Formats a number for people: `+44 20 7183 8750`. Codes stay as they are. */
export function formatPhoneNumber(number: PhoneNumber): string {
    return (isE164(number) ? parsePhoneNumberFromString(number)?.formatInternational() : undefined) ?? number;
}

/**
 * Returns the digits to dial for a number from within a country's network: `02071838750` in GB, `004420…` from DE,
 * `0114420…` from US. Codes stay as they are.
 */
export function digitsDialledIn(country: CountryCode, number: PhoneNumber): string {
    const parsed = isE164(number) ? parsePhoneNumberFromString(number) : undefined;
    if (parsed === undefined) return number;
    const isAtHome = parsed.countryCallingCode === getCountryCallingCode(country);
    const dialled = isAtHome ? parsed.formatNational() : abroad(parsed, country);
    return dialled?.replace(NOT_DIGITS, "") ?? digitsDialledAbroad(number);
}

/** Undefined if a country has a prefix for each carrier and none that always works, whatever the library's types say. */
function abroad(
    number: NonNullable<ReturnType<typeof parsePhoneNumberFromString>>,
    from: CountryCode,
): string | undefined {
    return number.format("IDD", { fromCountry: from });
}

/** Returns the digits with `00`, the international prefix of most countries (ITU-T E.164). Codes stay as they are. */
export function digitsDialledAbroad(number: PhoneNumber): string {
    return isE164(number) ? `00${number.slice(1)}` : number;
}

/** Returns the country that a two-letter code means, in either case, if it has a numbering plan. */
export function parseCountry(text: string): CountryCode | undefined {
    const code = text.toUpperCase();
    return isSupportedCountry(code) ? code : undefined;
}

/** The country calling code, without `+`: `44` for GB. */
export function callingCodeOf(country: CountryCode): string {
    return getCountryCallingCode(country);
}

/** Whether calls to a number are charged at a premium or shared-cost rate, as far as its country's plan says so. */
export function isPremiumRate(number: string): boolean {
    const type = parsePhoneNumberFromString(number)?.getType();
    return type === "PREMIUM_RATE" || type === "SHARED_COST";
}

/** Checks the length only: the ranges in use change more often than this program is updated. */
function international(typed: string): PhoneNumber | undefined {
    return canonical(typed);
}

function possible(typed: string): PhoneNumber | undefined {
    const parsed = parsePhoneNumberFromString(typed);
    return parsed?.isPossible() === true && E164.test(parsed.number) ? (parsed.number as PhoneNumber) : undefined;
}

/** More needless zeros than this are no number. */
const MAX_NEEDLESS_ZEROS = 3;

/**
 * The number that a text with a country code is read as, once it is read as itself. The library drops one needless zero
 * behind a country code each time, so that rules would see +49 0900... where the network sees +49 900...
 */
function canonical(text: string | undefined): PhoneNumber | undefined {
    let read = text;
    for (let zeros = 0; read !== undefined && zeros <= MAX_NEEDLESS_ZEROS + 1; zeros++) {
        const again = possible(read);
        if (again === read) return again;
        read = again;
    }
    return undefined;
}

/**
 * Reads `+0…`, which no country code begins with. The plus is needless (`+0044…`, `+020 …` in GB), or the zero is (`+044…`),
 * or the international prefix is that of North America (`+01144…`). The latter two are read only where the country is
 * known. If several readings are possible, the one that is in use counts. Undefined if that does not decide, because the
 * number could be in another country than its writer meant.
 */
function withNeedlessPrefix(typed: string, { defaultCountry }: NumberingContext): PhoneNumber | undefined {
    if (!typed.startsWith("+0")) return undefined;
    const asWritten = readingsOf([
        fromPlan(typed.slice(1), defaultCountry),
        typed.startsWith("+00") ? international(`+${typed.slice(3)}`) : undefined,
    ]);
    const asMeant = readingsOf([
        international(`+${typed.slice(2)}`),
        typed.startsWith("+011") ? international(`+${typed.slice(4)}`) : undefined,
    ]);
    if (defaultCountry === undefined || asMeant.length === 0) return asWritten.length === 1 ? asWritten[0] : undefined;
    const [only, ...others] = new Set([...asWritten, ...asMeant].filter(isInUse));
    return others.length === 0 ? only : undefined;
}

function readingsOf(numbers: readonly (PhoneNumber | undefined)[]): readonly PhoneNumber[] {
    return [...new Set(numbers.map(canonical))].filter((number) => number !== undefined);
}

/** Whether the numbering plan of the number's country has it in use, not only room for it. */
function isInUse(number: PhoneNumber): boolean {
    return parsePhoneNumberFromString(number)?.isValid() === true;
}

/** A number without `+`, as far as the country's plan allows it. `00` is read as the international prefix in all of them. */
function fromPlan(typed: string, country: CountryCode | undefined): PhoneNumber | undefined {
    const abroadDigits = withoutInternationalPrefix(typed, country);
    const fromAbroad = abroadDigits === undefined ? undefined : international(`+${abroadDigits}`);
    return fromAbroad ?? (country === undefined ? undefined : national(typed, country));
}

function withoutInternationalPrefix(typed: string, country: CountryCode | undefined): string | undefined {
    const prefix = country === undefined ? undefined : planOf(country).IDDPrefix();
    const match = prefix === undefined ? null : new RegExp(`^(?:${prefix})`).exec(typed);
    if (match !== null) return typed.slice(match[0].length);
    return typed.startsWith("00") ? typed.slice(2) : undefined;
}

/**
 * Completes a national number. It is one if it is written as the country dials it. Without its trunk prefix it could be
 * a local number, or a full one whose `+` was lost: the latter is preferred if it begins with the country's own code.
 */
function national(typed: string, country: CountryCode): PhoneNumber | undefined {
    // an international prefix that leads nowhere; the library would take its zeros for those of a national number
    if (typed.startsWith("00")) return undefined;
    const parsed = parsePhoneNumberFromString(typed, country);
    if (parsed?.isPossible() === true && E164.test(parsed.number)) {
        const number = parsed.number as PhoneNumber;
        const isAsDialled = digitsDialledIn(country, number) === typed && parsed.isValid();
        const hasPrefix = typed === `${planOf(country).nationalPrefix() ?? "-"}${parsed.nationalNumber}`;
        if (isAsDialled || (hasPrefix && typed.length >= MIN_PREFIXED_DIGITS)) return number;
    }
    const lostPlus = typed.startsWith(getCountryCallingCode(country))
        ? parsePhoneNumberFromString(`+${typed}`)
        : undefined;
    if (lostPlus?.isValid() === true) return lostPlus.number as PhoneNumber;
    const hasAreaCode = typed.length > MAX_SUBSCRIBER_DIGITS;
    return hasAreaCode && parsed?.isValid() === true ? (parsed.number as PhoneNumber) : undefined;
}

/** What the library's types leave out of a country's numbering plan. */
interface Plan {
    IDDPrefix(): string | undefined;
    nationalPrefix(): string | undefined;
}

function planOf(country: CountryCode): Plan {
    const metadata = new Metadata();
    metadata.selectNumberingPlan(country);
    return metadata.numberingPlan as unknown as Plan;
}

/** What a call to a number costs most by: `premium` also covers shared-cost numbers. Short codes are `national`. */
export type DestinationClass = "national" | "international" | "premium";

/** Classifies a number for limits against fraud, as seen from the home country. Without one, all full numbers are abroad. */
export function destinationClassOf(number: PhoneNumber, homeCountry: CountryCode | undefined): DestinationClass {
    if (!E164.test(number)) return "national";
    const parsed = parsePhoneNumberFromString(number);
    const type = parsed?.getType();
    if (type === "PREMIUM_RATE" || type === "SHARED_COST") return "premium";
    const home = homeCountry === undefined ? undefined : getCountryCallingCode(homeCountry);
    return parsed?.countryCallingCode === home ? "national" : "international";
}
