import type { CalledParty } from "./CalledParty.ts";
import { DialPlan, type DialPlanRules, type DialVerdict } from "./DialPlan.ts";
import type { InboundDecision } from "./InboundRouting.ts";
import type { MatrixUserId } from "./MatrixUserId.ts";
import { OwnNumbers } from "./OwnNumbers.ts";
import type { RemoteParty } from "./RemoteParty.ts";

/** What commands changed about the dial plan. Each counts more than the configuration. */
export interface DialPlanChanges {
    /** Users that numbers reach, by canonical number; undefined for a number that reaches no user. */
    readonly mapped: ReadonlyMap<string, MatrixUserId | undefined>;
    readonly allow: DialPlanRules["allow"];
    /** Counts more than every rule that allows a call. */
    readonly deny: DialPlanRules["allow"];
    /** Trunks that receive no outbound calls, by name. */
    readonly trunksOff: ReadonlySet<string>;
}

export const NO_CHANGES: DialPlanChanges = { mapped: new Map(), allow: [], deny: [], trunksOff: new Set() };

/**
 * A dial plan whose rules can be replaced while the bridge runs. Its owner asks the rules in force at that
 * moment; calls that were routed before continue.
 */
export class LiveDialPlan extends DialPlan {
    #current: DialPlan;
    #denied: DialPlan;
    #ownNumbers: OwnNumbers;
    #changes = NO_CHANGES;

    constructor(rules: DialPlanRules) {
        super(rules);
        this.#current = new DialPlan(rules);
        this.#denied = new DialPlan({ ...rules, allow: [] });
        this.#ownNumbers = super.ownNumbers();
    }

    /** Replaces the rules, and what commands changed about them. */
    apply(rules: DialPlanRules, changes: DialPlanChanges): void {
        const trunks = rules.trunks.filter(({ name }) => !changes.trunksOff.has(name));
        this.#current = new DialPlan({ ...rules, trunks, allow: [...rules.allow, ...changes.allow] });
        this.#denied = new DialPlan({ ...rules, allow: changes.deny });
        this.#ownNumbers = new OwnNumbers(rules.inbound.routes, changes.mapped);
        this.#changes = changes;
    }

    override calleeOf(dialled: RemoteParty): MatrixUserId | undefined {
        const mapped = this.#mapped(dialled);
        return mapped === undefined ? this.#current.calleeOf(dialled) : mapped.user;
    }

    override routeInbound(callees: readonly RemoteParty[], from?: string): InboundDecision | undefined {
        for (const callee of callees) {
            const mapped = this.#mapped(callee);
            if (mapped === undefined) continue;
            const { user } = mapped;
            return user && { user, by: { kind: "entry", entry: "changed by a command" } };
        }
        return this.#current.routeInbound(callees, from);
    }

    override ownNumbers(): OwnNumbers {
        return this.#ownNumbers;
    }

    override whoMayDial(user: MatrixUserId, dialled: RemoteParty): DialVerdict {
        const callee = this.#current.calledParty(dialled);
        if (callee === undefined || this.#isDenied(user, callee)) return { kind: "forbidden" };
        return this.#current.whoMayDial(user, dialled);
    }

    override hasRule(user: MatrixUserId): boolean {
        return this.#current.hasRule(user);
    }

    override isDialable(dialled: RemoteParty): boolean {
        return this.#current.isDialable(dialled);
    }

    override calledParty(dialled: RemoteParty): CalledParty | undefined {
        return this.#current.calledParty(dialled);
    }

    override ruleFor(user: MatrixUserId, callee: CalledParty): ReturnType<DialPlan["ruleFor"]> {
        return this.#isDenied(user, callee) ? undefined : this.#current.ruleFor(user, callee);
    }

    override trunksFor(dialled: RemoteParty): readonly string[] {
        return this.#current.trunksFor(dialled);
    }

    #isDenied(user: MatrixUserId, callee: CalledParty): boolean {
        return this.#denied.ruleFor(user, callee) !== undefined;
    }

    #mapped(dialled: RemoteParty): { readonly user: MatrixUserId | undefined } | undefined {
        if (dialled.kind !== "number" || !this.#changes.mapped.has(dialled.number)) return undefined;
        return { user: this.#changes.mapped.get(dialled.number) };
    }
}
