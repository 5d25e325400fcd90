import { calledPartyOf, type CalledParty, type CallingContext } from "../../lib/numbering/CalledParty.ts";
import type { DialVerdict } from "../../lib/numbering/DialPlan.ts";
import { namesShortCodes, parseNumberPattern, type NumberPattern } from "../../lib/numbering/NumberPattern.ts";
import { OwnNumbers } from "../../lib/numbering/OwnNumbers.ts";
import type { CountryCode } from "../../lib/numbering/PhoneNumber.ts";
import type { RemoteParty } from "../../lib/numbering/RemoteParty.ts";
import type { InboundRouteRules } from "../../lib/numbering/InboundRoutes.ts";
import type { InboundRoutingRules } from "../../lib/numbering/InboundRouting.ts";
import { parseInboundRoutes } from "../../lib/config/inboundRoutes.ts";
import { parseUserTemplate } from "../../lib/numbering/UserTemplate.ts";
import { ShortCodes } from "../../lib/numbering/ShortCodes.ts";

/** The patterns of a dialling rule, as the configuration parses them. Throws for one that it rejects. */
export function patterns(...written: readonly string[]): readonly NumberPattern[] {
    return written.map((text) => {
        const parsed = parseNumberPattern(text, { defaultCountry: "GB" });
        if (parsed.kind === "invalid") throw new Error(`${text} ${parsed.fault}`);
        return parsed.pattern;
    });
}

/** How numbers are read with short codes of up to six digits and those that `rules` name. */
export function numberingWith(
    rules: readonly NumberPattern[] = [],
    defaultCountry: CountryCode = "GB",
): CallingContext {
    const shortCodes = new ShortCodes({ maxDigits: 6, listed: [], alsoNamed: rules.filter(namesShortCodes) });
    return { defaultCountry, shortCodes };
}

/** The called party that a number or address is. Throws for one that cannot be called. */
function called(dialled: RemoteParty): CalledParty {
    const callee = calledPartyOf(dialled, numberingWith(patterns("\\*??", "\\*??#")));
    if (callee === undefined) throw new Error(`${JSON.stringify(dialled)} cannot be called`);
    return callee;
}

/** A verdict that sends every call to the same trunks. */
export function allowedBy(...trunks: readonly [string, ...string[]]) {
    return (_user: unknown, dialled: RemoteParty): DialVerdict => ({
        kind: "allowed",
        callee: called(dialled),
        trunks,
    });
}

/** A verdict for calls that no trunk serves. */
export function noTrunkFor(_user: unknown, dialled: RemoteParty): DialVerdict {
    return { kind: "noTrunk", callee: called(dialled) };
}

/** A configuration that routes no inbound call. */
export const noRoutes: InboundRouteRules = { numbers: new Map(), patterns: [], names: new Map() };

/** The inbound routes of `numbers.map`, as the configuration parses it. Throws for one that it rejects. */
export function inboundTo(map: Readonly<Record<string, string>>, ...domains: readonly string[]): InboundRoutingRules {
    const templates = Object.entries(map).map(([key, text]) => {
        const template = parseUserTemplate(text);
        if (template === undefined) throw new Error(`${text} is no user template`);
        return [key, template] as const;
    });
    const routes = parseInboundRoutes(Object.fromEntries(templates), { defaultCountry: "GB" }, (key, fault) => {
        throw new Error(`${key} ${fault}`);
    });
    return { routes, domains, defaultUsers: new Map() };
}

/** The numbers that an unauthenticated sender must not appear as, of a map like `numbers.map`. */
export function ownNumbersIn(map: Readonly<Record<string, string>>): { ownNumbers: () => OwnNumbers } {
    const own = new OwnNumbers(inboundTo(map).routes);
    return { ownNumbers: () => own };
}
