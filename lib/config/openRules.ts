import { coverageOf } from "../numbering/NumberPattern.ts";
import { PatternIndex } from "../numbering/PatternIndex.ts";
import { callingCodeOf, isPremiumRate, type CountryCode } from "../numbering/PhoneNumber.ts";
import type { Config, DiallingRuleConfig } from "./Config.generated.ts";
import { formatPath } from "./configPath.ts";

/** Emergency numbers that reach an operator in many countries. */
const EMERGENCY_NUMBERS = ["112", "911", "999", "000", "110", "119"];

/** Beginnings to try under a wildcard: three digits find the premium ranges of national plans, such as 900. */
const THREE_DIGITS = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, "0"));
/** Digits that complete a number in all plans: many do not allow 0 or 1 behind an area code. */
const FILLERS = ["2", "0"];
/** `+` and a digit that may begin several country codes. */
const LONGEST_OPEN_HEAD = 2;
const LONGEST_NUMBER = 13;
const SHORTEST_NUMBER = 9;

/**
 * Warns about rules that let every user of a homeserver, or everybody, call numbers that cost money or that alarm the
 * emergency services. Pure.
 */
export function openRules({ dialling, numbers, trunks }: Pick<Config, "dialling" | "numbers" | "trunks">): string[] {
    if (trunks.length === 0) return [];
    return dialling.allow.flatMap((rule, index) => {
        const everybody = rule.users.find((user) => user === "*" || user.startsWith("@*"));
        const reached = everybody === undefined ? [] : reachedBy(rule, numbers.defaultCountry);
        if (reached.length === 0) return [];
        const where = formatPath(["dialling", "allow", index]);
        return [
            `${where}: ${everybody} can call ${listed(reached)} numbers (${rule.numbers.join(", ")}); name the users, or the numbers`,
        ];
    });
}

type Danger = "premium" | "international" | "emergency";

function reachedBy({ numbers }: DiallingRuleConfig, country: CountryCode | undefined): readonly Danger[] {
    const isOpen = numbers.some((pattern) => coverageOf(pattern) === "anything");
    if (isOpen) return ["premium", "international", "emergency"];
    const full = numbers.filter((pattern) => coverageOf(pattern) === "fullNumber");
    const codes = new PatternIndex(
        numbers.filter((pattern) => coverageOf(pattern) === "shortCode").map((pattern) => [pattern, true] as const),
    );
    return [
        ...(full.some((pattern) => premiumIn(pattern, country)) ? (["premium"] as const) : []),
        ...(full.some((pattern) => leadsAbroad(pattern, country)) ? (["international"] as const) : []),
        ...(EMERGENCY_NUMBERS.some((number) => codes.has(number)) ? (["emergency"] as const) : []),
    ];
}

/** A single number is meant; a beginning that reaches other countries includes their premium numbers. */
function premiumIn(pattern: string, country: CountryCode | undefined): boolean {
    if (!/[*?]/.test(pattern)) return isPremiumRate(pattern);
    const head = headOf(pattern);
    if (leadsAbroad(pattern, country)) return true;
    return THREE_DIGITS.map((digits) => `${head}${digits}`).some((beginning) =>
        lengthsOf(beginning).some((length) => FILLERS.some((digit) => isPremiumRate(beginning.padEnd(length, digit)))),
    );
}

/** Lengths of full numbers, with `+`. */
function lengthsOf(beginning: string): readonly number[] {
    const shortest = Math.max(SHORTEST_NUMBER, beginning.length);
    return Array.from({ length: Math.max(1, LONGEST_NUMBER - shortest + 1) }, (_, more) => shortest + more);
}

function leadsAbroad(pattern: string, country: CountryCode | undefined): boolean {
    if (!/[*?]/.test(pattern)) return false;
    const head = headOf(pattern);
    return country === undefined ? head.length <= LONGEST_OPEN_HEAD : !head.startsWith(`+${callingCodeOf(country)}`);
}

/** What all numbers of a pattern begin with. */
function headOf(pattern: string): string {
    return /^[^*?]*/.exec(pattern)?.[0] ?? "";
}

function listed(dangers: readonly Danger[]): string {
    const last = dangers.at(-1) ?? "";
    return dangers.length === 1 ? last : `${dangers.slice(0, -1).join(", ")} and ${last}`;
}
