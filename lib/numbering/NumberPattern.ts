import { foldTypedText } from "./foldTypedText.ts";
import { parsePhoneNumber, type NumberingContext } from "./PhoneNumber.ts";
import { parseSipAddress } from "./SipAddress.ts";

declare const brand: unique symbol;

/**
 * A pattern over called parties, in the syntax of `PatternIndex`: `*` for everything, `+44*` for full numbers, `20??` or
 * `\*21#` for short codes, `*@pbx.example` for SIP addresses. What it covers is `coverageOf`.
 */
export type NumberPattern = string & { readonly [brand]: "NumberPattern" };

/** What a pattern is about. One about numbers never matches an address that begins the same way. */
export type Coverage = "fullNumber" | "shortCode" | "address" | "anything";

export type ParsedPattern =
    | { readonly kind: "pattern"; readonly pattern: NumberPattern }
    /** `fault` completes "<key>: ..." and shows the correct form. */
    | { readonly kind: "invalid"; readonly fault: string };

/** A wildcard; `\*` is the star key of a phone. */
const WILDCARD = /(?<!\\)[*?]/;
const OPEN_WILDCARD = /(?<!\\)\*/;
const FULL_NUMBERS = /^\+(?:[1-9][0-9]*)?\*$|^\+[1-9][0-9?]{2,14}$/;
const SHORT_CODES = /^[0-9]+\*$|^(?:[0-9?#]|\\\*)+$/;
const FIXED_LENGTH = /^(?:[0-9?#+]|\\\*)+$/;
const KEYS_ONLY = /^(?:\+[1-9])?(?:[0-9?#*]|\\\*)+$/;

const WANTED = "must be a number, an address or a pattern such as +44*, 2001, 20?? or *@pbx.example";

/**
 * Parses an entry of a dialling rule. A number without wildcard is completed as if it were dialled, so that
 * `020 7183 8750` allows +442071838750. Rejects a `*` that could be the star key or a wildcard.
 */
export function parseNumberPattern(written: string, context: NumberingContext): ParsedPattern {
    if (written === "*") return valid(written);
    if (written.includes("@")) return parseAddressPattern(written);
    if (!WILDCARD.test(written)) {
        const number = parsePhoneNumber(written.replaceAll("\\*", "*"), context);
        return number === undefined ? invalid(WANTED) : valid(number.replaceAll("*", "\\*"));
    }
    const pattern = foldTypedText(written);
    if (FULL_NUMBERS.test(pattern) || SHORT_CODES.test(pattern)) return valid(pattern);
    return invalid(OPEN_WILDCARD.test(pattern) && KEYS_ONLY.test(pattern) ? ambiguity(pattern) : WANTED);
}

/** Parses an entry of a list of short codes: as in a rule, but of fixed length and never completed. */
export function parseShortCodePattern(written: string): ParsedPattern {
    const pattern = foldTypedText(written);
    if (FIXED_LENGTH.test(pattern) && !pattern.startsWith("+")) return valid(pattern);
    if (KEYS_ONLY.test(pattern) && !pattern.startsWith("+")) return invalid(ambiguity(pattern));
    return invalid("must be a short code such as 112, or a pattern such as 20?? with one ? for each digit");
}

export function coverageOf(pattern: string): Coverage {
    if (pattern === "*") return "anything";
    if (pattern.includes("@")) return "address";
    return pattern.startsWith("+") ? "fullNumber" : "shortCode";
}

/** Whether a pattern names codes of a certain length, and so declares them as short codes. */
export function namesShortCodes(pattern: string): boolean {
    return coverageOf(pattern) === "shortCode" && FIXED_LENGTH.test(pattern);
}

/** A user part of keys alone is a number that the host could route anywhere, so its length must be fixed. */
function parseAddressPattern(written: string): ParsedPattern {
    const at = written.lastIndexOf("@");
    const user = written.slice(0, at);
    const host = written.slice(at + 1).toLowerCase();
    if (user === "" || host === "" || /[@\s]/.test(user) || /\s/.test(host)) return invalid(WANTED);
    if (!WILDCARD.test(user) && !WILDCARD.test(host)) {
        const address = parseSipAddress(written.replaceAll("\\*", "*"));
        return address === undefined ? invalid(WANTED) : valid(address.replace(/[*?\\]/g, "\\$&"));
    }
    if (user === "*" || (KEYS_ONLY.test(user) && FIXED_LENGTH.test(user))) return valid(`${user}@${host}`);
    if (KEYS_ONLY.test(user)) return invalid(ambiguity(user, `@${host}`));
    return valid(`${user.replace(/(?<!\\)\?/g, "\\?")}@${host}`);
}

/** In single quotes, because YAML does not take `\*` in double ones. */
function ambiguity(pattern: string, rest = ""): string {
    const keys = `'${pattern.replaceAll(/(?<!\\)\*/g, "\\*")}${rest}'`;
    const digits = /^\+?[0-9]+\*$/.test(pattern) ? "one ? for each digit that follows" : "one ? for each digit";
    return `is ambiguous, because * is a key of phones and a wildcard; write ${keys} for the star key, or ${digits}`;
}

function valid(pattern: string): ParsedPattern {
    return { kind: "pattern", pattern: pattern as NumberPattern };
}

function invalid(fault: string): ParsedPattern {
    return { kind: "invalid", fault };
}
