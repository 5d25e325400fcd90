import type { InboundPattern, InboundRouteRules, NumberRange } from "../numbering/InboundRoutes.ts";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import { parseNumberPattern } from "../numbering/NumberPattern.ts";
import { parsePhoneNumber, type NumberingContext, type PhoneNumber } from "../numbering/PhoneNumber.ts";
import { fixedUser, type UserTemplate } from "../numbering/UserTemplate.ts";

/** Reports what is wrong with an entry, named by its key. */
type ReportFault = (key: string, fault: string) => void;

const WILDCARD = /(?<!\\)[*?]/;
/** The user part of a SIP URI, without what separates it from the rest (RFC 3261, section 25.1). */
const ACCOUNT_NAME = /^[0-9A-Za-z\-_.!~'()&=+$,%]{1,64}$/;
const WANTED = "must be a number, a pattern such as 20??, a range such as 2000..2099, or an account name";

/** Parses `numbers.map`: what is called, and the Matrix user that it reaches. */
export function parseInboundRoutes(
    written: Readonly<Record<string, UserTemplate>>,
    numbering: NumberingContext,
    report: ReportFault,
): InboundRouteRules {
    const numbers = new Map<PhoneNumber, MatrixUserId>();
    const names = new Map<string, MatrixUserId>();
    const patterns: InboundPattern[] = [];
    for (const [key, user] of Object.entries(written)) {
        const called = parseCalled(key, numbering);
        const fixed = fixedUser(user);
        if (called.kind === "invalid") {
            report(key, called.fault);
        } else if (called.kind === "many") {
            patterns.push({ written: key, called: called.numbers, user });
        } else if (fixed === undefined) {
            report(key, "must be a pattern such as 20?? or a range such as 2000..2099 if its user contains {digits}");
        } else {
            if (called.kind === "number" && numbers.has(called.number)) {
                report(key, `must be unique; ${called.number} is in the map already`);
            }
            if (called.kind === "number") numbers.set(called.number, fixed);
            // an account can be called by a name of digits, which its trunk may not read as a number
            names.set(key, fixed);
        }
    }
    return { numbers, patterns, names };
}

type Called =
    | { readonly kind: "number"; readonly number: PhoneNumber }
    | { readonly kind: "many"; readonly numbers: InboundPattern["called"] }
    | { readonly kind: "name" }
    | { readonly kind: "invalid"; readonly fault: string };

function parseCalled(key: string, numbering: NumberingContext): Called {
    if (key.includes("..")) return parseRange(key, numbering);
    if (key === "*")
        return { kind: "invalid", fault: "would match every number; set defaultUser on the trunk or peer" };
    if (WILDCARD.test(key)) {
        const parsed = parseNumberPattern(key, numbering);
        if (parsed.kind === "invalid") return { kind: "invalid", fault: parsed.fault };
        return key.includes("@") ? { kind: "invalid", fault: WANTED } : { kind: "many", numbers: parsed.pattern };
    }
    const pattern = patternOfOtherSoftware(key);
    if (pattern !== undefined) return { kind: "invalid", fault: `must have ? for each digit of a pattern: ${pattern}` };
    const number = parsePhoneNumber(key.replaceAll("\\*", "*"), numbering);
    if (number !== undefined) return { kind: "number", number };
    return ACCOUNT_NAME.test(key) && /[A-Za-z]/.test(key) ? { kind: "name" } : { kind: "invalid", fault: WANTED };
}

/** `20??` for `20xx`, and for `_20XX` of Asterisk. */
function patternOfOtherSoftware(key: string): string | undefined {
    const digits = /^_?(\+?[0-9]+[Xx]+)$/.exec(key)?.[1];
    return digits?.replace(/x/gi, "?");
}

function parseRange(key: string, numbering: NumberingContext): Called {
    const [first, last, ...others] = key.split("..").map((text) => parsePhoneNumber(text, numbering));
    if (first === undefined || last === undefined || others.length > 0) return { kind: "invalid", fault: WANTED };
    const range: NumberRange = { first, last };
    if (first.length !== last.length || first > last || /[*#]/.test(first + last)) {
        return {
            kind: "invalid",
            fault: "must go from a number to a greater one of the same length, such as 2000..2099",
        };
    }
    return { kind: "many", numbers: range };
}
