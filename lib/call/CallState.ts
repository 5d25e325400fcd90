import type { CallPolicy } from "./CallPolicy.ts";
import type { RingPlan } from "./RingPlan.ts";
import type { EndCause, IceCandidate, LegId, Sdp } from "./vocabulary.ts";

/**
 * The state of a call. Plain data: it can be printed, compared and stored. Each phase has only what it needs. Times are wall
 * times in ms since the Unix epoch, so that they are still right after a restart.
 */
export type CallState = Alerting | Answering | Connected | Changing | Ended;

interface Common {
    readonly openedAt: number;
    readonly policy: CallPolicy;
}

/** Called legs get the offer and ring; none has answered. */
export interface Alerting extends Common {
    readonly phase: "alerting";
    readonly plan: RingPlan;
    /** The current step of the plan. */
    readonly step: number;
    /** When the next step begins, or the call ends. */
    readonly deadline: number;
    /** Every leg dialled so far. At least one of them is not over. */
    readonly branches: readonly Branch[];
    /** What the origin was told of the progress. */
    readonly progress: "silent" | "ringing";
    readonly offer: Sdp;
    /** The origin's candidates, for legs that are dialled later. */
    readonly candidates: readonly IceCandidate[];
}

export type Branch =
    /** The media proxy has the origin's offer; nothing was sent to the leg. */
    | { readonly leg: LegId; readonly phase: "preparing" }
    /** The leg has the offer. */
    | { readonly leg: LegId; readonly phase: "alerting" }
    | { readonly leg: LegId; readonly phase: "over"; readonly cause: EndCause };

/** A leg answered; the media proxy works out the origin's answer. */
export interface Answering extends Common {
    readonly phase: "answering";
    /** The leg that answered. */
    readonly target: LegId;
    /** An offer that a party made meanwhile: it is handled once the first one is complete. */
    readonly next: WaitingOffer | undefined;
}

/** What is known of a call between two parties. */
interface Conversation extends Common {
    readonly target: LegId;
    readonly answeredAt: number;
    /** When the bridge ends the call. */
    readonly deadline: number;
    /** The legs that hold the call. */
    readonly heldBy: readonly LegId[];
}

/** Both parties talk, or at least one holds. */
export interface Connected extends Conversation {
    readonly phase: "connected";
}

/** A party offered other media and waits for the answer; the call goes on meanwhile. */
export interface Changing extends Conversation {
    readonly phase: "changing";
    readonly by: LegId;
    /** Who has to answer next: the media proxy says whether the peer must be asked, the peer, or the media proxy at the end. */
    readonly waitsFor: "proposal" | "peer" | "completion";
    /** An offer that the other party made meanwhile: it is handled next. */
    readonly next: WaitingOffer | undefined;
}

export interface WaitingOffer {
    readonly leg: LegId;
    readonly sdp: Sdp;
}

/** The call is over. The state is kept for a while to handle late events. */
export interface Ended extends Common {
    readonly phase: "ended";
    readonly cause: EndCause;
    /** The leg that ended the call. */
    readonly by: LegId | "bridge";
    /** Undefined if the call was not answered. */
    readonly answeredAt: number | undefined;
    readonly endedAt: number;
}

export const PHASES = [
    "alerting",
    "answering",
    "connected",
    "changing",
    "ended",
] as const satisfies readonly CallState["phase"][];
