import { parseMatrixUserId, type MatrixUserId } from "./MatrixUserId.ts";
import { PatternIndex } from "./PatternIndex.ts";
import type { PhoneNumber } from "./PhoneNumber.ts";
import type { RemoteParty } from "./RemoteParty.ts";
import { hostOf, userOf, type SipAddress } from "./SipAddress.ts";

/** What the operator wrote down about who is reached by what. Plain data, in the operator's order. */
export interface DialPlanRules {
    /** Whom a number reaches in Matrix. */
    readonly numbers: ReadonlyMap<PhoneNumber, MatrixUserId>;
    /** Homeservers, by server name, whose users may be called as `sip:user@domain`. */
    readonly domains: readonly string[];
    /** Who may dial what: nobody anything that no rule allows. Patterns as in `PatternIndex`. */
    readonly allow: readonly DiallingRule[];
    readonly trunks: readonly TrunkRoute[];
}

interface DiallingRule {
    /** Matrix users: `@alice:matrix.example`, `@*:matrix.example`. */
    readonly users: readonly string[];
    /** Numbers in canonical form or addresses: `+44*`, `2001`, `*@pbx.example`. Without `@` it is numbers, but for `*`. */
    readonly numbers: readonly string[];
}

interface TrunkRoute {
    readonly name: string;
    /** Beginnings of the numbers it serves; "" serves them all. */
    readonly prefixes: readonly string[];
    /** Hosts of the addresses it serves, in lower case. */
    readonly domains: readonly string[];
}

/** Whether a call may go out and where: trunks by name, best first. */
export type DialVerdict =
    | { readonly kind: "allowed"; readonly trunks: readonly [string, ...string[]] }
    | { readonly kind: "forbidden" }
    | { readonly kind: "noTrunk" };

/**
 * Who reaches whom. Pure, and indexed once when built, so that a call costs a few look-ups however long the rules are.
 * The SIP adapter asks it for whom an INVITE is, the Matrix adapter whether a user may dial.
 */
export class DialPlan {
    readonly #numbers: ReadonlyMap<PhoneNumber, MatrixUserId>;
    /** Server names by host: a SIP address has no port, the name of a Matrix server may have one. */
    readonly #serverByHost: ReadonlyMap<string, string>;
    readonly #allowed: PatternIndex<PatternIndex<Covers>>;
    readonly #allowedToSomebody: PatternIndex<Covers>;
    readonly #trunksByPrefix: PatternIndex<string>;
    readonly #trunksByDomain: ReadonlyMap<string, readonly string[]>;

    constructor(rules: DialPlanRules) {
        this.#numbers = new Map(rules.numbers);
        this.#serverByHost = new Map(rules.domains.map((domain) => [withoutPort(domain), domain]));
        this.#allowed = indexAllowed(rules.allow);
        this.#allowedToSomebody = new PatternIndex(
            rules.allow.flatMap(({ numbers }) => numbers.map((pattern) => [pattern, coversOf(pattern)] as const)),
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

    /** Denied until allowed. The trunk with the longest matching prefix comes first; equals as they are configured. */
    whoMayDial(user: MatrixUserId, party: RemoteParty): DialVerdict {
        const dialled = dialledText(party);
        if (party.kind === "anonymous" || dialled === undefined || !this.#isAllowed(user, party.kind, dialled)) {
            return { kind: "forbidden" };
        }
        const [first, ...others] = new Set(this.#trunksFor(party));
        return first === undefined ? { kind: "noTrunk" } : { kind: "allowed", trunks: [first, ...others] };
    }

    /** Whether there is anybody who may dial it. */
    isDialable(party: RemoteParty): boolean {
        const dialled = dialledText(party);
        return dialled !== undefined && isCovered(this.#allowedToSomebody, party.kind, dialled);
    }

    #isAllowed(user: MatrixUserId, kind: RemoteParty["kind"], dialled: PhoneNumber | SipAddress): boolean {
        for (const patterns of this.#allowed.find(user)) {
            if (isCovered(patterns, kind, dialled)) return true;
        }
        return false;
    }

    #trunksFor(party: Exclude<RemoteParty, { kind: "anonymous" }>): Iterable<string> {
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

function dialledText(party: RemoteParty): PhoneNumber | SipAddress | undefined {
    switch (party.kind) {
        case "number":
            return party.number;
        case "address":
            return party.address;
        case "anonymous":
            return undefined;
    }
}

/** What a pattern of a rule is about. */
type Covers = "number" | "address" | "anything";

/**
 * `+44*` is about numbers: as the beginning of an address it would allow `+44;rn=+1900…@pbx.example`, of which a network
 * makes another number.
 */
function coversOf(pattern: string): Covers {
    if (pattern === "*") return "anything";
    return pattern.includes("@") ? "address" : "number";
}

function isCovered(patterns: PatternIndex<Covers>, kind: RemoteParty["kind"], dialled: string): boolean {
    for (const covers of patterns.find(dialled)) {
        if (covers === "anything" || covers === kind) return true;
    }
    return false;
}

/** Rules are gathered by user pattern first: a user's rules are found at once and only their numbers are looked at. */
function indexAllowed(allow: readonly DiallingRule[]): PatternIndex<PatternIndex<Covers>> {
    const entries = allow.flatMap(({ users, numbers }) => users.map((user) => ({ user, numbers })));
    const byUser = [...Map.groupBy(entries, (entry) => entry.user)];
    return new PatternIndex(
        byUser.map(([user, rules]) => {
            const patterns = new Set(rules.flatMap((rule) => rule.numbers));
            return [
                user,
                new PatternIndex([...patterns].map((pattern) => [pattern, coversOf(pattern)] as const)),
            ] as const;
        }),
    );
}

function literal(text: string): string {
    return text.replace(/[\\*]/g, "\\$&");
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
