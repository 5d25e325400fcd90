import type { EndCause } from "./vocabulary.ts";

/**
 * What the end of one branch means for a call that rings several targets. `all`: the person has decided, and all other
 * devices stop ringing (a 6xx in RFC 3261, section 16.7; a reject in Matrix, which ends the call on all devices of a user).
 * A number: only that branch is over. If all branches end, the lowest number is reported to the caller, because it says most:
 * causes of a callee who was there come first, then those of an absent one, then failures of the bridge.
 */
const WEIGHT: Readonly<Record<EndCause, "all" | number>> = {
    declined: "all",
    blocked: "all",
    // the callee answered or placed another call with this caller
    replaced: "all",
    busy: 1,
    noAnswer: 2,
    noCommonMedia: 3,
    mediaDeviceFailed: 4,
    iceFailed: 5,
    unavailable: 6,
    hungUp: 7,
    cancelled: 8,
    answeredElsewhere: 9,
    forbidden: 10,
    limitReached: 11,
    rejectedByNetwork: 12,
    notFound: 13,
    badAddress: 14,
    mediaLost: 15,
    noResponse: 16,
    networkFailure: 17,
    serviceUnavailable: 18,
    internalError: 19,
};

/** Whether a branch that ends so ends the others as well. */
export function isDecisive(cause: EndCause): boolean {
    return WEIGHT[cause] === "all";
}

/** Whether a branch that ends so did not reach its party: the network failed, or took no more calls. */
export function isNetworkFault(cause: EndCause): boolean {
    return cause === "networkFailure" || cause === "noResponse" || cause === "serviceUnavailable";
}

/** The cause that is reported to the caller when all branches have ended. */
export function mostTelling(causes: readonly EndCause[]): EndCause {
    const weightOf = (cause: EndCause): number => {
        const weight = WEIGHT[cause];
        return weight === "all" ? 0 : weight;
    };
    return (
        causes.reduce<EndCause | undefined>(
            (best, next) => (best === undefined || weightOf(next) < weightOf(best) ? next : best),
            undefined,
        ) ?? "unavailable"
    );
}
