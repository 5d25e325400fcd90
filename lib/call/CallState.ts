import type { CallPolicy } from "./CallPolicy.ts";
import type { EndCause, Sdp, Side } from "./vocabulary.ts";

/** Where a call stands. Plain data: it can be printed, compared and kept. Each phase has only what it needs. */
export type CallState = Preparing | Alerting | Answering | Connected | Renegotiating | Ended;

/** The media proxy has the origin's offer; the target knows nothing yet. */
export interface Preparing {
    readonly phase: "preparing";
    readonly policy: CallPolicy;
}

/** The target has the offer. `progress` is what the origin was told of it. */
export interface Alerting {
    readonly phase: "alerting";
    readonly policy: CallPolicy;
    readonly progress: "silent" | "ringing";
}

/** The target answered; the media proxy works out the origin's answer. */
export interface Answering {
    readonly phase: "answering";
    readonly policy: CallPolicy;
}

/** Both parties talk. */
export interface Connected {
    readonly phase: "connected";
}

/** A party offered other media and waits for the answer; the call goes on meanwhile. */
export interface Renegotiating {
    readonly phase: "renegotiating";
    readonly by: Side;
    /** An offer the other party made meanwhile: taken up next, for one of the two must wait. */
    readonly next?: Sdp;
}

/** Over. Kept for a while to tidy up what still arrives. */
export interface Ended {
    readonly phase: "ended";
    readonly cause: EndCause;
    readonly by: Side | "bridge";
}

export const PHASES = [
    "preparing",
    "alerting",
    "answering",
    "connected",
    "renegotiating",
    "ended",
] as const satisfies readonly CallState["phase"][];
