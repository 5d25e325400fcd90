import type { MatrixUserId } from "./MatrixUserId.ts";
import type { NumberPattern } from "./NumberPattern.ts";
import { PatternIndex } from "./PatternIndex.ts";
import type { PhoneNumber } from "./PhoneNumber.ts";
import { userFor, type UserTemplate } from "./UserTemplate.ts";

/** The inbound routes of the configuration, as plain data. */
export interface InboundRouteRules {
    /** Users by number. */
    readonly numbers: ReadonlyMap<PhoneNumber, MatrixUserId>;
    /** Users by pattern or range. */
    readonly patterns: readonly InboundPattern[];
    /** Users by account name: the user part of the URI that was called, if it is no number. */
    readonly names: ReadonlyMap<string, MatrixUserId>;
}

export interface InboundPattern {
    /** As the operator wrote it. */
    readonly written: string;
    readonly called: NumberPattern | NumberRange;
    readonly user: UserTemplate;
}

/** All numbers of one length from the first to the last. */
export interface NumberRange {
    readonly first: PhoneNumber;
    readonly last: PhoneNumber;
}

/** The user that an entry leads to, and the entry. */
export interface InboundRoute {
    readonly user: MatrixUserId;
    readonly entry: string;
}

/**
 * Finds the Matrix user that a called number or account name reaches. The most specific entry decides: a number, then the
 * pattern or range with the fewest numbers, then the longest beginning. Pure; sorted once when built.
 */
export class InboundRoutes {
    readonly #rules: InboundRouteRules;
    readonly #patterns: readonly (InboundPattern & { readonly matches: (number: PhoneNumber) => boolean })[];

    constructor(rules: InboundRouteRules) {
        this.#rules = rules;
        this.#patterns = [...rules.patterns]
            .sort((one, other) => breadthOf(one.called) - breadthOf(other.called))
            .map((entry) => ({ ...entry, matches: matcherOf(entry.called) }));
    }

    toNumber(number: PhoneNumber): InboundRoute | undefined {
        const user = this.#rules.numbers.get(number);
        if (user !== undefined) return { user, entry: number };
        for (const { matches, user: template, written } of this.#patterns) {
            const found = matches(number) ? userFor(template, number) : undefined;
            if (found !== undefined) return { user: found, entry: written };
        }
        return undefined;
    }

    toName(name: string): InboundRoute | undefined {
        const user = this.#rules.names.get(name);
        return user === undefined ? undefined : { user, entry: name };
    }
}

/** The order of magnitude of how many numbers an entry matches. Those with an open end come last, longer beginnings first. */
function breadthOf(called: NumberPattern | NumberRange): number {
    if (typeof called !== "string")
        return Math.log10(Number(digitsOf(called.last)) - Number(digitsOf(called.first)) + 1);
    if (/(?<!\\)\*/.test(called)) return OPEN_END - called.length;
    return (called.match(/\?/g) ?? []).length;
}

const OPEN_END = 1_000;

function matcherOf(called: NumberPattern | NumberRange): (number: PhoneNumber) => boolean {
    if (typeof called === "string") {
        const index = new PatternIndex([[called, true]]);
        return (number) => index.has(number);
    }
    const { first, last } = called;
    return (number) => number.length === first.length && number >= first && number <= last;
}

function digitsOf(number: PhoneNumber): string {
    return number.replace(/[^0-9]/g, "");
}
