import type { CallState } from "./CallState.ts";

/**
 * The state that a call goes on in after a restart of the bridge. A change or transfer that was under way is over: the party
 * that wanted it can ask again. A call that was just being joined with another one does not go on: its media may be with either.
 * Pure.
 */
export function resumedState(state: CallState): CallState {
    switch (state.phase) {
        case "alerting":
        case "answering":
        case "joining":
        case "ended":
            return state;
        case "connected":
        case "changing": {
            const { openedAt, policy, origin, target, media, answeredAt, deadline, heldBy, links } = state;
            const conversation = { openedAt, policy, origin, target, media, answeredAt, deadline, heldBy, links };
            return { ...conversation, phase: "connected", transfer: undefined };
        }
    }
}

/** The state without what only a ringing call needs, because a ringing call does not go on after a restart. Pure. */
export function storedState(state: CallState): CallState {
    return state.phase === "alerting" ? { ...state, candidates: [] } : state;
}

/** Whether a step changes what the next run of the bridge would do with the call. Pure. */
export function mustBeStored(before: CallState, after: CallState): boolean {
    switch (after.phase) {
        case "connected":
        case "changing":
        case "joining":
            return after !== before;
        case "answering":
            return false;
        case "alerting":
        case "ended":
            return after.phase !== before.phase;
    }
}
