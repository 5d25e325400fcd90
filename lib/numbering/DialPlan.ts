import { calledPartyOf, type CalledParty, type CallingContext } from "./CalledParty.ts";
import { parseMatrixUserId, type MatrixUserId } from "./MatrixUserId.ts";
import { coverageOf, type Coverage, type NumberPattern } from "./NumberPattern.ts";
import { PatternIndex } from "./PatternIndex.ts";
import { isE164, type PhoneNumber } from "./PhoneNumber.ts";
import type { RemoteParty } from "./RemoteParty.ts";
import { hostOf, userOf, type SipAddress } from "./SipAddress.ts";

/** What the operator wrote down about who is reached by what. Plain data, in the operator's order. */
export interface DialPlanRules {
    /** Whom a number reaches in Matrix. */
    readonly numbers: ReadonlyMap<PhoneNumber, MatrixUserId>;
    /** Homeservers, by server name, whose users may be called as `sip:user@domain`. */
    readonly domains: readonly string[];
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

interface TrunkRoute {
    readonly name: string;
    /** Beginnings of the numbers it serves; "" serves them all. */
    readonly prefixes: readonly string[];
    /** Hosts of the addresses it serves, in lower case. */
    readonly domains: readonly string[];
}

/** Whether a user may call somebody: the called party to use from here on, and the trunks by name, best first. */
export type DialVerdict =
    | { readonly kind: "allowed"; readonly callee: CalledParty; readonly trunks: readonly [string, ...string[]] }
    | { readonly kind: "forbidden" }
    | { readonly kind: "noTrunk"; readonly callee: CalledParty };

/**
 * Who reaches whom. Pure, and indexed once when built, so that a call costs a few look-ups however long the rules are.
 * The SIP adapter asks it for whom an INVITE is, the Matrix adapter whether a user may dial.
 */
export class DialPlan {
    readonly #numbers: ReadonlyMap<PhoneNumber, MatrixUserId>;
    /** Server names by host: a SIP address has no port, the name of a Matrix server may have one. */
    readonly #serverByHost: ReadonlyMap<string, string>;
    readonly #numbering: CallingContext;
    readonly #allowed: PatternIndex<PatternIndex<Coverage>>;
    readonly #allowedToSomebody: PatternIndex<Coverage>;
    readonly #trunksByPrefix: PatternIndex<string>;
    readonly #trunksByDomain: ReadonlyMap<string, readonly string[]>;

    constructor(rules: DialPlanRules) {
        this.#numbers = new Map(rules.numbers);
        this.#serverByHost = new Map(rules.domains.map((domain) => [withoutPort(domain), domain]));
        this.#numbering = rules.numbering;
        this.#allowed = indexAllowed(rules.allow);
        this.#allowedToSomebody = new PatternIndex(
            rules.allow.flatMap(({ numbers }) => numbers.map((pattern) => [pattern, coverageOf(pattern)] as const)),
        );
        this.#trunksByPrefix = new PatternIndex(
            rules.trunks.flatMap(({ name, prefixes }) =>
                prefixes.map((prefix) => [`${literal(prefix)}*`, name] as const),
            ),
        );
        const domains = rules.trunks.flatMap((trunk) => trunk.domains.map((domain) => ({ domain, name: trunk.name })));
        this.#trunksByDomain = new Map(
            [...Map.groupBy(domains, (entry) => entry.domain)].map(([host, entries]) => [
                host,
                entries.map((e) => e.name),
            ]),
        );
    }

    /**
     * The Matrix user whom a dialled number or address reaches, or undefined. `sip:Alice@matrix.example` is
     * `@alice:matrix.example`: localparts are lower case, phones are not careful.
     */
    calleeOf(dialled: RemoteParty): MatrixUserId | undefined {
        switch (dialled.kind) {
            case "number":
                return this.#numbers.get(dialled.number);
            case "address":
                return this.#userAt(dialled.address);
            case "anonymous":
                return undefined;
        }
    }

    /**
     * Decides whether a user may call what was dialled. Forbidden until a rule allows it. The trunk with the longest
     * matching prefix comes first; equals in the order of the configuration.
     */
    whoMayDial(user: MatrixUserId, dialled: RemoteParty): DialVerdict {
        const callee = calledPartyOf(dialled, this.#numbering);
        if (callee === undefined || !this.#isAllowed(user, callee)) return { kind: "forbidden" };
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
        return callee !== undefined && isCovered(this.#allowedToSomebody, callee);
    }

    #isAllowed(user: MatrixUserId, callee: CalledParty): boolean {
        for (const patterns of this.#allowed.find(user)) {
            if (isCovered(patterns, callee)) return true;
        }
        return false;
    }

    #trunksFor(party: CalledParty): Iterable<string> {
        if (party.kind === "number") return this.#trunksByPrefix.find(party.number);
        return this.#trunksByDomain.get(hostOf(party.address)) ?? [];
    }

    #userAt(address: SipAddress): MatrixUserId | undefined {
        const server = this.#serverByHost.get(hostOf(address));
        if (server === undefined) return undefined;
        const localpart = unescapeUser(userOf(address));
        return localpart === undefined || DIALLED.test(localpart)
            ? undefined
            : parseMatrixUserId(`@${localpart.toLowerCase()}:${server}`);
    }
}

/** A full number or feature code that was written at a homeserver's host, and nobody's name there. */
const DIALLED = /^[0-9]*[+*#][0-9*#]*$/;

function isCovered(patterns: PatternIndex<Coverage>, callee: CalledParty): boolean {
    const [text, kind] = coveredAs(callee);
    for (const coverage of patterns.find(text)) {
        if (coverage === "anything" || coverage === kind) return true;
    }
    return false;
}

function coveredAs(callee: CalledParty): readonly [text: string, kind: Coverage] {
    if (callee.kind === "address") return [callee.address, "address"];
    return [callee.number, isE164(callee.number) ? "fullNumber" : "shortCode"];
}

/** Indexes the rules by user first, so that only the numbers of the user's own rules are searched. */
function indexAllowed(allow: readonly DiallingRule[]): PatternIndex<PatternIndex<Coverage>> {
    const entries = allow.flatMap(({ users, numbers }) => users.map((user) => ({ user, numbers })));
    const byUser = [...Map.groupBy(entries, (entry) => entry.user)];
    return new PatternIndex(
        byUser.map(([user, rules]) => {
            const patterns = new Set(rules.flatMap((rule) => rule.numbers));
            return [
                user.replaceAll("?", "\\?"),
                new PatternIndex([...patterns].map((pattern) => [pattern, coverageOf(pattern)] as const)),
            ] as const;
        }),
    );
}

function literal(text: string): string {
    return text.replace(/[\\*?]/g, "\\$&");
}

function withoutPort(serverName: string): string {
    return serverName.replace(/:[0-9]+$/, "").toLowerCase();
}

function unescapeUser(user: string): string | undefined {
    try {
        return decodeURIComponent(user);
    } catch {
        return undefined; // escapes that are no UTF-8
    }
}
