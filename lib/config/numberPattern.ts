import { parsePhoneNumber, type NumberingContext } from "../numbering/PhoneNumber.ts";
import { parseSipAddress } from "../numbering/SipAddress.ts";

/** A star that stands for anything; `\*` is the star key of a phone. */
const WILDCARD = /(?<!\\)\*/;

/**
 * A pattern of a dialling rule in the form that `PatternIndex` compares with canonical numbers and addresses: a number
 * without wildcard is completed as if it were dialled, so that `020 7183 8750` allows +442071838750. Undefined for
 * what could never match.
 */
export function parseNumberPattern(written: string, context: NumberingContext): string | undefined {
    if (!WILDCARD.test(written)) {
        const literal = written.replaceAll("\\*", "*");
        const canonical = parsePhoneNumber(literal, context) ?? parseSipAddress(literal);
        return canonical?.replaceAll("*", "\\*");
    }
    const pattern = written.replace(/[\s()/-]/g, "");
    if (/^(?:\*|\+?(?:[0-9#*]|\\\*)*)$/.test(pattern)) return pattern;
    return /^[^@\s]+@[^@\s]+$/.test(written) ? lowerCaseHost(written) : undefined;
}

function lowerCaseHost(pattern: string): string {
    const at = pattern.indexOf("@");
    return pattern.slice(0, at) + pattern.slice(at).toLowerCase();
}
