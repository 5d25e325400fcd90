import type { TransferProgress } from "../call/CallEffect.ts";
import type { EndCause, IceCandidate, Sdp } from "../call/vocabulary.ts";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../numbering/RemoteParty.ts";
import type { SipTarget } from "./CallTarget.ts";
import type { LegRecord } from "./LegRecord.ts";

/** What a leg can do beyond the beginning and the end of a call. */
export type LegAbility =
    /** Its party can be offered another session within the call. */
    | "reoffer"
    /** Its party receives DTMF digits in the signalling, and none in the media. */
    | "digits";

/** Who a party of a call is, as the other one is shown it. */
export type ShownParty =
    RemoteParty | { readonly kind: "user"; readonly user: MatrixUserId; readonly displayName?: string };

/**
 * One party's half of a call. The desk calls it, one method at a time and in order. Each method resolves once the request
 * has been sent, and rejects with a `CallFailure` if it could not be; what the party does about it comes back later as a
 * `LegEvent`. No method waits for the party.
 */
export interface CallLeg {
    /** What can be asked of it now: the party's own software is known only once it has spoken. */
    readonly abilities: ReadonlySet<LegAbility>;
    /** Has the party call somebody itself; undefined for a party that is not asked for that. */
    readonly referrer?: Referrer | undefined;
    /** Asks the party for a whole picture in its signalling; undefined for a party that is asked in the media. */
    readonly pictures?: PictureSource | undefined;
    /**
     * Offers another session within the call: re-INVITE, or m.call.negotiate. The answer comes as `offerAnswered` or
     * `offerRejected`, exactly once. Not called while an offer of either side is open.
     */
    reoffer(sdp: Sdp): Promise<void>;
    /** Stops waiting for that answer: CANCEL; nothing in Matrix. The session stays as it was; `offerRejected` may follow. */
    withdrawOffer(): Promise<void>;
    /** Answers an offer that this party made within the call: 200 to a re-INVITE, or m.call.negotiate. */
    answerOffer(sdp: Sdp): Promise<void>;
    /** Rejects such an offer; the call goes on as it was: 488; nothing in Matrix, which has no event for it. */
    rejectOffer(cause: EndCause): Promise<void>;
    /** Rejects such an offer so that the party offers again a little later: 491; nothing in Matrix. */
    postponeOffer(): Promise<void>;
    /**
     * Asks the party whether it is still in the call, because it sends no media: OPTIONS within the dialog; nothing in
     * Matrix. If it is not, the leg reports that it has ended.
     */
    check(): Promise<void>;
    /**
     * Tells the party how the transfer goes that it asked for: the response to REFER and NOTIFY (RFC 3515); nothing in Matrix.
     * Not called after `done` and `failed`.
     */
    reportTransfer(progress: TransferProgress): Promise<void>;
    /**
     * Shows the party who the other one is, as the bridge learns it while the call is set up and later: the name of the ghost and
     * m.call.asserted_identity (MSC3086) in Matrix. Can be called again with the same party, and before `accept`.
     */
    showParty(party: ShownParty): Promise<void>;
    /**
     * Sends DTMF digits (0-9, *, #, A-D) in the signalling: SIP INFO. Called only if `abilities` has `digits`. Resolves once the
     * party has received all of them.
     */
    sendDigits(digits: string): Promise<void>;
    /**
     * Ends this half: CANCEL, BYE, 4xx-6xx, m.call.reject or m.call.hangup, whichever fits. Safe to call twice, before
     * `offer`, and after the party has ended it. Must leave nothing behind, whatever fails. Resolves when the party has been
     * told, or can no longer be.
     */
    end(cause: EndCause): Promise<void>;
    /**
     * This half as plain data, for the call journal: `LegResumer` makes the leg of it again after a restart. Undefined while
     * the party knows nothing of the call, and once it is over.
     */
    snapshot(): LegRecord | undefined;
}

/** A party that is asked for a whole picture in its signalling (SIP INFO, RFC 5168). */
export interface PictureSource {
    /** Resolves once the party has received the request. Requests in quick succession are one. */
    request(): Promise<void>;
}

/** Has a party call somebody itself, in place of its call (REFER, RFC 3515): the bridge then leaves both calls. */
export interface Referrer {
    /** Whether the party can call this target without the bridge. */
    reaches(target: ReferTarget): boolean;
    /** Asks the party. Called only if it reaches the target; what it does comes back as `referral` events. */
    refer(target: ReferTarget): Promise<void>;
}

/** Whom a party is to call. */
export type ReferTarget =
    | { readonly kind: "dialled"; readonly target: SipTarget }
    /** The party of this leg, which the call of the bridge with it is replaced for: an attended transfer. */
    | { readonly kind: "call"; readonly leg: CallLeg };

/** The half of the caller. */
export interface OriginLeg extends CallLeg {
    /** Tells the caller that the callee is ringing: 180; nothing in Matrix. */
    ring(): Promise<void>;
    /** Tells the caller that the callee answered: 200, or m.call.answer. At most once. */
    accept(sdp: Sdp): Promise<void>;
}

/** The half of a party that is called. */
export interface TargetLeg extends CallLeg {
    /** Offers the call: INVITE, or m.call.invite. At most once. */
    offer(sdp: Sdp): Promise<void>;
}

/** What a party did. A leg reports `ended` at most once and nothing after it. */
export type LegEvent =
    /** May be reported again with `delayMs`: time that was needed before the party could ring, in ms, if it was long. */
    | { readonly kind: "ringing"; readonly delayMs?: number }
    | { readonly kind: "answered"; readonly sdp: Sdp }
    | { readonly kind: "candidates"; readonly candidates: readonly IceCandidate[] }
    /** The party offers changed media; the leg keeps its request until answerOffer, rejectOffer or postponeOffer. */
    | { readonly kind: "offered"; readonly sdp: Sdp }
    /** The party answered the offer of `reoffer`. */
    | { readonly kind: "offerAnswered"; readonly sdp: Sdp }
    /** The party did not agree to it; its session stays as it was. */
    | { readonly kind: "offerRejected"; readonly cause: EndCause }
    /** The party asks that the other party is connected with somebody else. `reportTransfer` follows. */
    | { readonly kind: "transferRequested"; readonly request: TransferRequest }
    /** How the call goes that the party was asked to place (`Referrer`). */
    | { readonly kind: "referral"; readonly progress: TransferProgress }
    /** The party does not place that call, and has not tried. */
    | { readonly kind: "referralRejected"; readonly cause: EndCause }
    /** A trusted network says who the party is; again if that changes. */
    | { readonly kind: "identified"; readonly party: ShownParty }
    /** The party pressed keys and says so in the signalling. */
    | { readonly kind: "digits"; readonly digits: string }
    /** The party asks for a whole picture of the other one, in its signalling. */
    | { readonly kind: "pictureRequested" }
    /** No act of the party: `snapshot` returns something else, although the desk asked for nothing. */
    | { readonly kind: "recordChanged" }
    | { readonly kind: "ended"; readonly cause: EndCause };

/** A transfer as a party asks for it. */
export interface TransferRequest {
    readonly by: Transferor;
    readonly to: TransferTarget;
    /** Whom the transferor names as such, a URI (RFC 3892): for the target, if that is called by SIP. */
    readonly referredBy?: string;
    /** The transferor's own display name in Matrix, for trunks that are sent it. */
    readonly profileName?: string;
}

/** With whose permissions a transfer is placed. */
export type Transferor =
    /** A Matrix user, or the user of a registered phone. */
    | { readonly kind: "user"; readonly user: MatrixUserId }
    /** A trunk with `transfers: allow`. */
    | { readonly kind: "trunk"; readonly name: string };

/** Whom the other party is to be connected with. */
export type TransferTarget =
    /** Somebody who has to be called. What was dialled may mean several parties, most likely first; at least one. */
    | { readonly kind: "dialled"; readonly callees: readonly RemoteParty[] }
    | { readonly kind: "user"; readonly user: MatrixUserId }
    /** The other party of the call that this leg belongs to, which takes the place of the leg: an attended transfer. */
    | { readonly kind: "call"; readonly leg: CallLeg };

/** How a leg reports its events. Synchronous, never throws; can be called from any callback. */
export type LegReport = (event: LegEvent) => void;
