import { ENDINGS } from "./endings.ts";
import type { EndCause } from "./vocabulary.ts";

/** Whether a branch that ends so ends the others as well. */
export function isDecisive(cause: EndCause): boolean {
    return ENDINGS[cause].branch === "all";
}

/** Whether a branch that ends so did not reach its party: the network failed, or took no more calls. */
export function isNetworkFault(cause: EndCause): boolean {
    return cause === "networkFailure" || cause === "noResponse" || cause === "serviceUnavailable";
}

/** The cause that is reported to the caller when all branches have ended. */
export function mostTelling(causes: readonly EndCause[]): EndCause {
    const weightOf = (cause: EndCause): number => {
        const weight = ENDINGS[cause].branch;
        return weight === "all" ? 0 : weight;
    };
    return (
        causes.reduce<EndCause | undefined>(
            (best, next) => (best === undefined || weightOf(next) < weightOf(best) ? next : best),
            undefined,
        ) ?? "unavailable"
    );
}
