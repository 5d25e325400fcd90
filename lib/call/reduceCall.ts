import type { CallEvent } from "./CallEvent.ts";
import type { CallPolicy } from "./CallPolicy.ts";
import type { CallState } from "./CallState.ts";
import { whileAlerting } from "./states/alerting.ts";
import { whileAnswering } from "./states/answering.ts";
import { whileConnected } from "./states/connected.ts";
import { onceEnded } from "./states/ended.ts";
import { whilePreparing } from "./states/preparing.ts";
import { whileRenegotiating } from "./states/renegotiating.ts";
import { go, type Transition } from "./transition.ts";
import type { Sdp } from "./vocabulary.ts";

/** The first step of every call: the origin's offer goes to the media proxy. */
export function openCall(policy: CallPolicy, offer: Sdp): Transition {
    return go({ phase: "preparing", policy }, { kind: "allocateMedia", sdp: offer });
}

/**
 * One step of a call: a pure function of where it stands and what happened. Never throws; a fact that has no meaning
 * in a phase leaves the state as it is, by identity, with no orders (the shell counts those).
 */
export function reduceCall(state: CallState, event: CallEvent): Transition {
    switch (state.phase) {
        case "preparing":
            return whilePreparing(state, event);
        case "alerting":
            return whileAlerting(state, event);
        case "answering":
            return whileAnswering(state, event);
        case "connected":
            return whileConnected(state, event);
        case "renegotiating":
            return whileRenegotiating(state, event);
        case "ended":
            return onceEnded(state, event);
    }
}
