import { calledPartyOf, type CalledParty, type CallingContext } from "./CalledParty.ts";
import { InboundRouting, type InboundDecision, type InboundRoutingRules } from "./InboundRouting.ts";
import type { MatrixUserId } from "./MatrixUserId.ts";
import { coverageOf, type Coverage, type NumberPattern } from "./NumberPattern.ts";
import { OwnNumbers } from "./OwnNumbers.ts";
import { PatternIndex } from "./PatternIndex.ts";
import { isE164 } from "./PhoneNumber.ts";
import type { RemoteParty } from "./RemoteParty.ts";
import type { ShortCodes } from "./ShortCodes.ts";
import { hostOf } from "./SipAddress.ts";

/** What the configuration says about who can call whom. Plain data, in the order of the configuration. */
export interface DialPlanRules {
    readonly inbound: InboundRoutingRules;
    /** Who may call what. A call that no rule allows is forbidden. */
    readonly allow: readonly DiallingRule[];
    readonly trunks: readonly TrunkRoute[];
    /** How dialled numbers are read. */
    readonly numbering: CallingContext;
}

interface DiallingRule {
    /** Matrix users: `@alice:matrix.example`, `@*:matrix.example`. */
    readonly users: readonly string[];
    readonly numbers: readonly NumberPattern[];
}

/** A rule that allows a call: its place in `dialling.allow`, and the pattern that matches. */
export interface AllowingRule {
    readonly index: number;
    readonly pattern: NumberPattern;
}

interface TrunkRoute {
    readonly name: string;
    /** Prefixes of the numbers that it serves; "" serves all of them. */
    readonly prefixes: readonly string[];
    /** Hosts of the SIP addresses that it serves, in lower case. */
    readonly domains: readonly string[];
    /** Patterns of short codes that it serves whatever its prefixes. */
    readonly ownShortCodes?: readonly NumberPattern[];
    /** The short codes that it can serve; if absent, all of them. */
    readonly shortCodes?: ShortCodes;
}

/** Whether a user may call somebody: the called party to use from here on, and the trunks by name, best first. */
export type DialVerdict =
    | { readonly kind: "allowed"; readonly callee: CalledParty; readonly trunks: readonly [string, ...string[]] }
    | { readonly kind: "forbidden" }
    | { readonly kind: "noTrunk"; readonly callee: CalledParty };

/**
 * Decides who can call whom. Pure, and indexed once when built, so that a call costs a few look-ups however long the rules
 * are. The SIP gateway routes INVITEs by it; both adapters check permissions of users with it.
 */
export class DialPlan {
    readonly #inbound: InboundRouting;
    readonly #ownNumbers: OwnNumbers;
    readonly #numbering: CallingContext;
    readonly #allowed: PatternIndex<PatternIndex<AllowingRule>>;
    readonly #allowedToSomebody: PatternIndex<AllowingRule>;
    readonly #trunksByPrefix: PatternIndex<string>;
    readonly #trunksByDomain: ReadonlyMap<string, readonly string[]>;
    readonly #trunksByShortCode: PatternIndex<string>;
    readonly #shortCodesByTrunk: ReadonlyMap<string, ShortCodes>;

    constructor(rules: DialPlanRules) {
        this.#inbound = new InboundRouting(rules.inbound);
        this.#ownNumbers = new OwnNumbers(rules.inbound.routes);
        this.#numbering = rules.numbering;
        this.#allowed = indexAllowed(rules.allow);
        this.#allowedToSomebody = indexPatterns(rules.allow.map(({ numbers }, index) => ({ index, numbers })));
        this.#trunksByPrefix = new PatternIndex(
            rules.trunks.flatMap(({ name, prefixes }) =>
                prefixes.map((prefix) => [`${literal(prefix)}*`, name] as const),
            ),
        );
        this.#trunksByShortCode = new PatternIndex(
            rules.trunks.flatMap(({ name, ownShortCodes = [] }) => ownShortCodes.map((code) => [code, name] as const)),
        );
        this.#shortCodesByTrunk = new Map(
            rules.trunks.flatMap(({ name, shortCodes }) => (shortCodes === undefined ? [] : [[name, shortCodes]])),
        );
        const domains = rules.trunks.flatMap((trunk) => trunk.domains.map((domain) => ({ domain, name: trunk.name })));
        this.#trunksByDomain = new Map(
            [...Map.groupBy(domains, (entry) => entry.domain)].map(([host, entries]) => [
                host,
                entries.map((e) => e.name),
            ]),
        );
    }

    /** Returns the Matrix user that a dialled number or address reaches. Phones and Matrix users call it so. */
    calleeOf(dialled: RemoteParty): MatrixUserId | undefined {
        return this.#inbound.decide(dialled)?.user;
    }

    /** Routes a call from a peer or trunk: see `InboundRouting.route`. */
    routeInbound(callees: readonly RemoteParty[], from?: string): InboundDecision | undefined {
        return this.#inbound.route(callees, from);
    }

    /** Returns the numbers that reach Matrix users, by which other senders must not appear. */
    ownNumbers(): OwnNumbers {
        return this.#ownNumbers;
    }

    /**
     * Decides whether a user may call what was dialled. Forbidden until a rule allows it. The trunk with the longest
     * matching prefix comes first; equals in the order of the configuration.
     */
    whoMayDial(user: MatrixUserId, dialled: RemoteParty): DialVerdict {
        const callee = calledPartyOf(dialled, this.#numbering);
        if (callee === undefined || this.ruleFor(user, callee) === undefined) return { kind: "forbidden" };
        const [first, ...others] = new Set(this.#trunksFor(callee));
        if (first === undefined) return { kind: "noTrunk", callee };
        return { kind: "allowed", callee, trunks: [first, ...others] };
    }

    /** Whether a rule names this user, for whatever numbers. */
    hasRule(user: MatrixUserId): boolean {
        return !this.#allowed.find(user)[Symbol.iterator]().next().done;
    }

    /** Whether any user may call what was dialled. */
    isDialable(dialled: RemoteParty): boolean {
        const callee = calledPartyOf(dialled, this.#numbering);
        return callee !== undefined && coveringRule(this.#allowedToSomebody, callee) !== undefined;
    }

    /** Turns what was dialled into the called party: see `calledPartyOf`. */
    calledParty(dialled: RemoteParty): CalledParty | undefined {
        return calledPartyOf(dialled, this.#numbering);
    }

    /** Returns the rule that allows a call, if there is one. */
    ruleFor(user: MatrixUserId, callee: CalledParty): AllowingRule | undefined {
        for (const patterns of this.#allowed.find(user)) {
            const rule = coveringRule(patterns, callee);
            if (rule !== undefined) return rule;
        }
        return undefined;
    }

    /** Returns the trunks that serve what was dialled, for any caller. */
    trunksFor(dialled: RemoteParty): readonly string[] {
        const callee = calledPartyOf(dialled, this.#numbering);
        return callee === undefined ? [] : [...new Set(this.#trunksFor(callee))];
    }

    #trunksFor(party: CalledParty): Iterable<string> {
        if (party.kind === "address") return this.#trunksByDomain.get(hostOf(party.address)) ?? [];
        const { number } = party;
        if (isE164(number)) return this.#trunksByPrefix.find(number);
        const trunks = [...this.#trunksByShortCode.find(number), ...this.#trunksByPrefix.find(number)];
        return trunks.filter((name) => this.#shortCodesByTrunk.get(name)?.isDeclared(number) ?? true);
    }
}

function coveringRule(patterns: PatternIndex<AllowingRule>, callee: CalledParty): AllowingRule | undefined {
    const [text, kind] = coveredAs(callee);
    for (const rule of patterns.find(text)) {
        const coverage = coverageOf(rule.pattern);
        if (coverage === "anything" || coverage === kind) return rule;
    }
    return undefined;
}

function coveredAs(callee: CalledParty): readonly [text: string, kind: Coverage] {
    if (callee.kind === "address") return [callee.address, "address"];
    return [callee.number, isE164(callee.number) ? "fullNumber" : "shortCode"];
}

/** Indexes the rules by user first, so that only the numbers of the user's own rules are searched. */
function indexAllowed(allow: readonly DiallingRule[]): PatternIndex<PatternIndex<AllowingRule>> {
    const entries = allow.flatMap(({ users, numbers }, index) => users.map((user) => ({ user, index, numbers })));
    const byUser = [...Map.groupBy(entries, (entry) => entry.user)];
    return new PatternIndex(
        byUser.map(([user, rules]) => [user.replaceAll("?", "\\?"), indexPatterns(rules)] as const),
    );
}

function indexPatterns(
    rules: readonly { readonly index: number; readonly numbers: readonly NumberPattern[] }[],
): PatternIndex<AllowingRule> {
    return new PatternIndex(
        rules.flatMap(({ index, numbers }) => numbers.map((pattern) => [pattern, { index, pattern }] as const)),
    );
}

function literal(text: string): string {
    return text.replace(/[\\*?]/g, "\\$&");
}
