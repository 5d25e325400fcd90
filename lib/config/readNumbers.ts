import { parseMatrixUserId, type MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { InboundRouteRules } from "../numbering/InboundRoutes.ts";
import { type NumberPattern, parseNumberPattern } from "../numbering/NumberPattern.ts";
import { parsePhoneNumber, type NumberingContext, type PhoneNumber } from "../numbering/PhoneNumber.ts";
import { ShortCodes } from "../numbering/ShortCodes.ts";
import type { UserTemplate } from "../numbering/UserTemplate.ts";
import type { DiallingRuleConfig, NumbersConfig, TrunkConfig } from "./Config.generated.ts";
import type { Path } from "./configPath.ts";
import { parseInboundRoutes } from "./inboundRoutes.ts";

export interface ShapedRule extends Omit<DiallingRuleConfig, "numbers"> {
    readonly numbers: readonly string[];
}

export interface ShapedNumbers extends Omit<NumbersConfig, "map"> {
    readonly map: Readonly<Record<string, UserTemplate>>;
}

export interface ShapedTrunk extends Omit<TrunkConfig, "callerId" | "callerIds"> {
    readonly callerId?: string;
    readonly callerIds: Readonly<Record<string, string>>;
}

/** Reports what is wrong with a number, a pattern or a name, which is `written` at `path`. */
export type ReportNumber = (path: Path, written: string, text: string) => void;

/** How numbers in the configuration are read. */
export function numberingIn(
    { defaultCountry, shortCodes, shortCodeDigits: maxDigits }: ShapedNumbers,
    ofTrunks: readonly NumberPattern[],
): NumberingContext {
    const listed = [...shortCodes, ...ofTrunks];
    return { defaultCountry, shortCodes: new ShortCodes({ maxDigits, listed, alsoNamed: [] }) };
}

/** Whether what is wrong with a text does not depend on the country or on short codes. Pure. */
export function isWrongEverywhere(written: string): boolean {
    return /[@*?\p{L}]/u.test(written);
}

export function readNumberMap(
    map: ShapedNumbers["map"],
    numbering: NumberingContext,
    report: ReportNumber,
): InboundRouteRules {
    return parseInboundRoutes(map, numbering, (key, fault) => report(["numbers", "map", key], key, fault));
}

/** The caller IDs of the trunk at `here`. */
export function readCallerIds(
    { callerId, callerIds }: Pick<ShapedTrunk, "callerId" | "callerIds">,
    numbering: NumberingContext,
    here: Path,
    report: ReportNumber,
): Pick<TrunkConfig, "callerId" | "callerIds"> {
    const ofAll = callerId === undefined ? undefined : readCallerId(callerId, numbering, [...here, "callerId"], report);
    const ofUsers = new Map<MatrixUserId, CallerId>();
    for (const [key, text] of Object.entries(callerIds)) {
        const place = [...here, "callerIds", key];
        const user = parseMatrixUserId(key);
        if (user === undefined)
            report(place, key, "must be the user ID of a Matrix user, such as @alice:matrix.example");
        const number = readCallerId(text, numbering, place, report);
        if (user !== undefined && number !== undefined) ofUsers.set(user, number);
    }
    return { ...(ofAll === undefined ? {} : { callerId: ofAll }), callerIds: ofUsers };
}

type CallerId = PhoneNumber | "anonymous";

function readCallerId(
    text: string,
    numbering: NumberingContext,
    path: Path,
    report: ReportNumber,
): CallerId | undefined {
    if (text === "anonymous") return text;
    const number = parsePhoneNumber(text, numbering);
    if (number === undefined)
        report(path, text, "must be a phone number such as +442071838750, or a short code such as 2001");
    return number;
}

export function readRules(
    rules: readonly ShapedRule[],
    numbering: NumberingContext,
    report: ReportNumber,
): readonly DiallingRuleConfig[] {
    return rules.map(({ users, numbers }, rule) => ({
        users,
        numbers: numbers.flatMap((written, index) => {
            const parsed = parseNumberPattern(written, numbering);
            if (parsed.kind === "pattern") return [parsed.pattern];
            report(["dialling", "allow", rule, "numbers", index], written, `${parsed.fault} (${written})`);
            return [];
        }),
    }));
}
