import type { RingPlan, RingStep } from "../call/RingPlan.ts";
import { type LegId, targetLeg } from "../call/vocabulary.ts";
import type { CallRequest, CallTarget, Diallers } from "../ports/CallIntake.ts";

/**
 * The ring plan of a call in the domain's words, and which target each of its legs is for. Pure.
 *
 * The alternatives of a target are steps of their own, which are left out if its party was reached.
 */
export function ringPlanOf(
    { ring }: CallRequest,
    diallers: Diallers,
): {
    readonly plan: RingPlan;
    readonly targets: Map<LegId, CallTarget>;
} {
    const targets = new Map<LegId, CallTarget>();
    const legOf = (target: CallTarget): LegId => {
        const leg = targetLeg(targets.size + 1);
        targets.set(leg, target);
        return leg;
    };
    const plan = ring.flatMap(({ targets: rung, forMs }) => {
        const ways = rung.map((target) => alternativesOf(diallers, target));
        const later = Array.from({ length: Math.max(...ways.map(({ length }) => length)) - 1 }, (_, at) => at + 1);
        return [
            { legs: ways.map(([first]) => legOf(first)), forMs },
            ...later.map((at): RingStep => {
                const legs = ways.flatMap((way) => way[at] ?? []).map(legOf);
                return { legs, forMs, only: "unreached" };
            }),
        ];
    });
    return { plan, targets };
}

function alternativesOf(diallers: Diallers, target: CallTarget): readonly [CallTarget, ...CallTarget[]] {
    return target.network === "sip" ? (diallers.sip.alternatives?.(target) ?? [target]) : [target];
}
