import type { DialPlan } from "./DialPlan.ts";

type Plan = Pick<DialPlan, "whoMayDial" | "isDialable" | "hasRule">;

/** A plan that allows what at least one of two plans allows. Used for what serves calls and messages alike, such as ghosts. */
export function eitherPlan(one: Plan, other: Plan): Plan {
    return {
        whoMayDial: (user, party) => {
            const verdict = one.whoMayDial(user, party);
            return verdict.kind === "forbidden" ? other.whoMayDial(user, party) : verdict;
        },
        isDialable: (party) => one.isDialable(party) || other.isDialable(party),
        hasRule: (user) => one.hasRule(user) || other.hasRule(user),
    };
}
