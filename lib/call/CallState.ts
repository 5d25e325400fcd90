import type { CallPolicy } from "./CallPolicy.ts";
import type { RingPlan } from "./RingPlan.ts";
import type { EndCause, IceCandidate, LegId, Sdp } from "./vocabulary.ts";

/**
 * The state of a call. Plain data: it can be printed, compared and stored. Each phase has only what it needs. Times are wall
 * times in ms since the Unix epoch, so that they are still right after a restart.
 */
export type CallState = Alerting | Answering | Connected | Changing | Joining | Ended;

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
export interface Conversation extends Common {
    /** The party on the origin side of the media session: the caller, or the call that has taken its place. */
    readonly origin: LegId;
    /** The party on the target side: who answered, or the call that has taken its place. */
    readonly target: LegId;
    /** The leg that the media session was opened for. */
    readonly media: LegId;
    readonly answeredAt: number;
    /** When the bridge ends the call. */
    readonly deadline: number;
    /** The legs that hold the call. */
    readonly heldBy: readonly LegId[];
    /** A transfer that was asked for and has not ended. */
    readonly transfer: Transfer | undefined;
    /** How many other calls have taken the place of a party so far, or tried to. */
    readonly links: number;
}

/** A party is to be replaced by another call, and the other party stays. */
export type Transfer = RequestedTransfer | ReadyTransfer;

interface TransferBase {
    /** Who leaves. */
    readonly by: LegId;
    /** A party that has left cannot go back to the call if the transfer fails. */
    readonly transferor: "present" | "left";
}

/** The target of the transfer is called. */
interface RequestedTransfer extends TransferBase {
    readonly stage: "requested";
}

/** The call with the target can be joined with this one. */
export interface ReadyTransfer extends TransferBase {
    readonly stage: "ready";
    /** The leg of the other call. */
    readonly arrives: LegId;
}

/** Both parties talk, or at least one holds. */
export interface Connected extends Conversation {
    readonly phase: "connected";
}

/** A party offered other media and waits for the answer, or a command holds for it; the call goes on meanwhile. */
export interface Changing extends Conversation {
    readonly phase: "changing";
    readonly by: LegId;
    /** Who waits for the answer: the party that made an offer, or a command on its behalf, of which it does not know. */
    readonly proposedBy: "party" | "command";
    /** Who has to answer next: the media proxy says whether the peer must be asked, the peer, or the media proxy at the end. */
    readonly waitsFor: "proposal" | "peer" | "completion";
    /** An offer that a party made meanwhile: it is handled next. */
    readonly next: WaitingOffer | undefined;
}

/** Another call takes the place of a party. The media flows as before until that is done. */
export interface Joining extends Conversation {
    readonly phase: "joining";
    readonly transfer: ReadyTransfer;
    readonly progress: JoinProgress;
    /** An offer that the party that stays made meanwhile: it is handled next. */
    readonly next: WaitingOffer | undefined;
}

/** Who has to act next: the media proxy, the other call, or the media proxy at the end. */
export type JoinProgress =
    | { readonly waitsFor: "offer" }
    | { readonly waitsFor: "answer" }
    /** `sdp`: the description of the other call. */
    | { readonly waitsFor: "completion"; readonly sdp: Sdp };

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
    "joining",
    "ended",
] as const satisfies readonly CallState["phase"][];
