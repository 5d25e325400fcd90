import type { EndCause } from "../vocabulary.ts";

/**
 * What the end of one branch says of a fork. `all`: the person has decided, and every other device of theirs stops
 * ringing (a 6xx in RFC 3261, section 16.7; a reject in Matrix, which ends the call on all of a user's devices as well).
 * A number: it is over on that branch only; if all branches end, the lowest is what the caller hears. It tells most: that
 * somebody was there goes before that nobody was, and that before faults of ours.
 */
const WEIGHT: Readonly<Record<EndCause, "all" | number>> = {
    declined: "all",
    blocked: "all",
    // the callee took or placed another call with this caller
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
    notFound: 11,
    badAddress: 12,
    mediaLost: 13,
    noResponse: 14,
    networkFailure: 15,
    serviceUnavailable: 16,
    internalError: 17,
};

/** Whether a branch that ends so ends the others as well. */
export function isDecisive(cause: EndCause): boolean {
    return WEIGHT[cause] === "all";
}

/** What the caller hears when all branches have ended. */
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
