import type { Dialog } from "../dialog/Dialog.ts";
import type { HeaderField, Headers } from "../sip/Headers.ts";
import type { SipRequest } from "../sip/SipMessage.ts";
import type { Flow } from "../transport/SipTransport.ts";
import type { CallEnd } from "./CallRecord.ts";
import type { CallTrace } from "./CallTrace.ts";
import type { Refused } from "./Refused.ts";
import type { SentRequest } from "./SipEngine.ts";
import type { SessionTimerKeeper } from "./SessionTimerKeeper.ts";

/** An INVITE we sent whose 2xx the application has to acknowledge. */
export interface AwaitsAck {
    acknowledge(headers: readonly HeaderField[], body: Buffer): Promise<SentRequest | Refused>;
}

/** An INVITE we sent that has no final response. */
export interface PendingClientInvite {
    cancelQuietly(): void;
    /** True if a reliable provisional response of that dialog waits for the application's PRACK. */
    owesPrack(dialog: Dialog): boolean;
    /** RAck for the next reliable provisional response of that dialog the application has not acknowledged. Counts it as acknowledged. */
    takeRAck(dialog: Dialog): string | undefined;
    /** True if the peer of that dialog may not offer anything: what we offered, or asked it to offer, waits for its answer. */
    awaitsAnswer(dialog: Dialog): boolean;
}

/** An INVITE of the peer: unanswered, or answered by a 2xx whose ACK has not come. */
export interface PendingServerInvite {
    readonly transactionId: string;
    readonly answered: boolean;
    /** Whose offer of media waits for an answer (RFC 3311 5.2); undefined if there is none. */
    readonly openOffer: "ours" | "theirs" | undefined;
    /** True while the 2xx of a new call waits for its ACK. */
    readonly awaitsFirstAck: boolean;
    /** Calls back once the ACK of its 2xx came, or will not come any more; immediately if none is awaited. */
    onceAcknowledged(go: () => void): void;
    /** Rejects it with 487 if it is unanswered, and the application receives no more events of it; otherwise stops repeating its 2xx. */
    terminate(): void;
    /** Rejects it with this response unless it is answered, and notifies the application as of a CANCEL with the Reason of those headers. */
    giveUp(status: number, end?: CallEnd, because?: Headers): void;
    /** A BYE or the loss of the application ends it: refused like this unless it is answered. */
    refuse(status: number): void;
    /** The ACK of its 2xx. */
    onAck(ack: SipRequest, flow: Flow): void;
    /** True if the PRACK is for one of its reliable provisional responses. */
    acknowledgeProvisional(prack: SipRequest): boolean;
    /** That PRACK was answered, or never will be. */
    prackAnswered(): void;
}

/** A body and its Content-Type, kept for refreshes. */
export interface SessionDescription {
    readonly contentType: string;
    readonly body: Buffer;
}

/** Whose turn it is to send an INVITE: there may be only one at a time (RFC 3261 14.1). */
type InviteTurn =
    | { readonly kind: "free" }
    /** Of an INVITE that has not been sent. */
    | { readonly kind: "taken" }
    | { readonly kind: "sent"; readonly invite: PendingClientInvite }
    /** Answered by a 2xx whose ACK is due. */
    | { readonly kind: "accepted"; readonly awaitsAck: AwaitsAck };

const FREE: InviteTurn = { kind: "free" };
const TAKEN: InviteTurn = { kind: "taken" };

const maxWaitingInvites = 16;

/** The INVITE usage of a dialog (RFC 5057): the call. Holds what is under way in it, so that crossing requests are seen. */
export class Session {
    readonly dialog: Dialog;
    readonly trace: CallTrace;
    readonly timer: SessionTimerKeeper;
    serverInvite: PendingServerInvite | undefined;
    #turn: InviteTurn = FREE;
    #latestInvite: PendingClientInvite | undefined;
    readonly #waiting: (() => void)[] = [];
    /** An UPDATE we sent that has no final response, and whether it offers media. */
    updatePending: "none" | "bare" | "offer" = "none";
    /** Number of UPDATEs of the peer that the application has not answered. */
    updatesUnanswered = 0;
    /** What we said about our media last. */
    description: SessionDescription | undefined;
    #phase: "open" | "ending" = "open";

    constructor(dialog: Dialog, trace: CallTrace, timer: SessionTimerKeeper) {
        this.dialog = dialog;
        this.trace = trace;
        this.timer = timer;
    }

    /** `ending`: a BYE is under way, whosever. */
    get phase(): "open" | "ending" {
        return this.#phase;
    }

    /** A BYE is under way, whosever. */
    beginToEnd(): void {
        this.#phase = "ending";
        this.timer.stop();
    }

    get clientInvite(): PendingClientInvite | undefined {
        return this.#turn.kind === "sent" ? this.#turn.invite : undefined;
    }

    /** The last INVITE we sent, answered or not. */
    get latestInvite(): PendingClientInvite | undefined {
        return this.#latestInvite;
    }

    /** An INVITE is under way or waits for its ACK, whosever: no other may leave (RFC 3261 14.1). */
    get invitePending(): boolean {
        return this.#turn.kind !== "free" || this.serverInvite !== undefined;
    }

    get awaitsAck(): AwaitsAck | undefined {
        return this.#turn.kind === "accepted" ? this.#turn.awaitsAck : undefined;
    }

    /** An INVITE we send within the dialog, or the one that made it. */
    inviteStarted(invite: PendingClientInvite): void {
        this.#turn = { kind: "sent", invite };
        this.#latestInvite = invite;
    }

    /** Its final response came; a 2xx now waits for the ACK. Or it could not be sent. */
    inviteAnswered(awaitsAck: AwaitsAck | undefined): void {
        if (awaitsAck === undefined) this.#passTurn();
        else this.#turn = { kind: "accepted", awaitsAck };
    }

    acknowledged(): void {
        if (this.#turn.kind === "accepted") this.#passTurn();
    }

    /**
     * Waits for the turn of our next INVITE: resolves when the one before is acknowledged. Undefined if too many wait.
     */
    inviteTurn(): Promise<void> | undefined {
        if (this.#turn.kind === "free") {
            this.#turn = TAKEN;
            return Promise.resolve();
        }
        if (this.#waiting.length >= maxWaitingInvites) return undefined;
        return new Promise((resolve) => this.#waiting.push(resolve));
    }

    /** The call is over: who waits learns it. */
    close(): void {
        this.timer.stop();
        this.serverInvite?.terminate();
        for (const wake of this.#waiting.splice(0)) wake();
    }

    /** Remembers the session description of a message we sent. It is copied: a body is part of the larger buffer that was received. */
    describe(contentType: string | undefined, body: Buffer): void {
        if (body.length > 0 && contentType !== undefined) this.description = { contentType, body: Buffer.from(body) };
    }

    #passTurn(): void {
        const next = this.#waiting.shift();
        this.#turn = next === undefined ? FREE : TAKEN;
        next?.();
    }
}
