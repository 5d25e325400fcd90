import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";

/** A live call in a room, as far as it matters to a new one there. */
export interface LiveCall {
    /** The Matrix user of the call. */
    readonly user: MatrixUserId;
    /** Whether we ring the user, or the user rings us, or they talk. */
    readonly stage: "ringsUser" | "ringsUs" | "connected";
}

/**
 * A user calls in a room where there are calls. Never two live calls in one room: Element shows only the first. Where
 * the two call each other, ours gives way: the specification's own rule (the lesser call id wins) cannot be relied on,
 * for Element Web places calls without `invitee`, and js-sdk then sees no glare (MSC2746, "Glare").
 */
export function resolveGlare<Call extends LiveCall>(
    caller: MatrixUserId,
    calls: readonly Call[],
): { readonly kind: "accept"; readonly yielding: readonly Call[] } | { readonly kind: "busy" } {
    const giveWay = (call: Call): boolean => call.user === caller && call.stage === "ringsUser";
    return calls.every(giveWay) ? { kind: "accept", yielding: calls } : { kind: "busy" };
}
