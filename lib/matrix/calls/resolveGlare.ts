import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";

/** The part of a live call that matters to a new call in its room. */
export interface LiveCall {
    /** The Matrix user of the call. */
    readonly user: MatrixUserId;
    /** The bridge rings the user, the user rings the bridge, or they are connected. */
    readonly stage: "ringsUser" | "ringsUs" | "connected";
}

/**
 * Decides about a call placed in a room that has calls already. A room never has two live calls, because Element shows
 * only the first. When both sides call each other, the bridge's call ends: the specification's rule (the lesser call ID
 * wins) is not reliable, because Element Web places calls without `invitee`, and matrix-js-sdk then detects no glare
 * (MSC2746, "Glare").
 */
export function resolveGlare<Call extends LiveCall>(
    caller: MatrixUserId,
    calls: readonly Call[],
): { readonly kind: "accept"; readonly yielding: readonly Call[] } | { readonly kind: "busy" } {
    const yields = (call: Call): boolean => call.user === caller && call.stage === "ringsUser";
    return calls.every(yields) ? { kind: "accept", yielding: calls } : { kind: "busy" };
}
