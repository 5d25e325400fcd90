import type { EndCause, Sdp } from "../../call/vocabulary.ts";
import type { ShownParty } from "../../ports/CallLeg.ts";
import type { SipDialogRecord } from "../../ports/LegRecord.ts";
import { AgreedSession } from "./AgreedSession.ts";
import { DialogDigits } from "./DialogDigits.ts";
import { DialogPictures } from "./DialogPictures.ts";
import type { AckState, DialogParts } from "./DialogParts.ts";
import type { OfferOutcome } from "./OutgoingOffer.ts";
import { type OfferPurpose, OwnOffers } from "./OwnOffers.ts";
import type { LostDialog } from "./endLostDialog.ts";
import { PartyUpdate } from "./PartyUpdate.ts";
import { PeerOffers } from "./PeerOffers.ts";
import { respondInDialog } from "./respondInDialog.ts";
import { replyInDialog } from "../methodReplies.ts";
import { dialogRecord } from "./dialogRecord.ts";
import type { DialogState } from "./dialogState.ts";
import { DialogProbe } from "./DialogProbe.ts";
import { sendBye } from "./sendBye.ts";
import { SessionRefresh } from "./SessionRefresh.ts";
import { sessionDescriptionIn } from "../sessionDescription.ts";
import type { DialogHandler } from "../SipCalls.ts";
import { causeOfBye, causeOfServerBye, reasonHeader } from "../sipEndCause.ts";
import type { HeaderFields, IncomingRequest, OutgoingResponse } from "../SipStack.ts";
import { DialogTransfers } from "../transfer/DialogTransfers.ts";
import type { NamedLeg } from "../transfer/TransferRights.ts";

/** The server tells 408 after 32 s of silence; this is for the case that it does not. */
const BYE_TIMEOUT_MS = 40_000;

/** An established dialog, of a call received or placed alike: its offers, refreshes and end. */
export class SipDialog implements DialogHandler {
    readonly #parts: DialogParts;
    #state: DialogState;
    readonly #session: AgreedSession;
    readonly #peerOffers: PeerOffers;
    readonly #ownOffers: OwnOffers;
    readonly transfers: DialogTransfers;
    readonly pictures: DialogPictures;
    #stopByeTimer = (): void => undefined;
    readonly #sessionRefresh: SessionRefresh | undefined;
    readonly #digits: DialogDigits;
    readonly #probe: DialogProbe;
    readonly #partyUpdate: PartyUpdate;

    constructor(parts: DialogParts) {
        this.#parts = parts;
        this.#state = { phase: "up", ack: parts.ack };
        this.#session = new AgreedSession(parts);
        this.#peerOffers = new PeerOffers(parts, this.#session, {
            onDue: (ack) => this.#expectAck(ack),
            onNotDue: () => this.#acknowledged(),
        });
        this.transfers = new DialogTransfers(parts);
        const { stack, userAgent, dialogId, digest, headers, clock, log, role, random, duty } = parts;
        const { assert, asserted, allow } = parts;
        this.#digits = new DialogDigits(parts);
        this.pictures = new DialogPictures(parts);
        this.#probe = new DialogProbe(parts, () => void this.#giveUp("networkFailure"));
        // no more than is needed: each object counts for each call that stands
        const inDialog = { stack, userAgent, dialogId, digest, headers: { ...headers, ...parts.timer }, clock, log };
        this.#ownOffers = new OwnOffers({ ...inDialog, role, random }, (outcome, offered) =>
            this.#takeOutcome(outcome, offered),
        );
        this.#partyUpdate = new PartyUpdate({ ...inDialog, assert, asserted, allow }, (identity) =>
            this.#make("identity", this.#session.local, identity),
        );
        const description = (): Sdp | undefined =>
            this.#peerOffers.isPending || this.#ownOffers.isOpen ? undefined : this.#session.local;
        const isOurs = digest !== undefined || Object.keys(parts.headers).length > 0;
        this.#sessionRefresh =
            isOurs && duty !== undefined ? new SessionRefresh(duty, { ...parts, digest, description }) : undefined;
        parts.calls.addDialog(parts.dialogId, this);
    }

    handle(request: IncomingRequest): void {
        switch (request.method) {
            case "BYE":
                return this.#takeBye(request);
            case "ACK":
                return this.#takeAck(request);
            case "INVITE":
            case "UPDATE":
                return this.#takeOffer(request);
            case "REFER":
                return this.transfers.take(request);
            default: {
                const reply =
                    this.#digits.receive(request) ??
                    this.pictures.receive(request) ??
                    this.transfers.receive(request) ??
                    replyInDialog(request);
                if (reply !== undefined) this.#respond(request, reply);
            }
        }
    }

    /** Sends digits by INFO; undefined unless the peer receives them by INFO. */
    get digitsByInfo(): Pick<DialogDigits, "send"> | undefined {
        return this.#digits.isNeeded(this.#session.remote) ? this.#digits : undefined;
    }

    get named(): NamedLeg | undefined {
        return this.#state.phase === "up" ? this.lastNamed : undefined;
    }

    get lastNamed(): NamedLeg | undefined {
        return this.transfers.named;
    }

    /** Answers the offer reported last, if it still waits. */
    async answerOffer(sdp: Sdp): Promise<void> {
        await this.#peerOffers.answer(sdp);
    }

    /** Turns it down; the session stays as it was (RFC 3261, section 14.2). */
    async rejectOffer(cause: EndCause): Promise<void> {
        if (this.#peerOffers.reject(cause) === "noSession") await this.#giveUp(cause);
    }

    /** Rejects it so that the peer offers again a little later (RFC 3261, section 14.2). */
    postponeOffer(): void {
        this.#peerOffers.postpone();
    }

    /** Offers another session, once the peer has acknowledged the last one. The outcome is reported. */
    reoffer(sdp: Sdp): void {
        this.#make("change", sdp);
    }

    /** Tells the peer who its other party is now. */
    showParty(party: ShownParty): void {
        if (this.#state.phase === "up") this.#partyUpdate.show(party);
    }

    #make(purpose: OfferPurpose, sdp: Sdp, headers: HeaderFields = {}): void {
        if (this.#state.phase !== "up") return;
        this.#ownOffers.make({ purpose, sdp, headers }, this.#state.ack === "received" ? "received" : "due");
    }

    /** Asks the peer whether it still has the call, and ends it if not. */
    async check(): Promise<void> {
        if (this.#state.phase === "up") await this.#probe.ask();
    }

    /** Stops waiting for the answer to the last `reoffer`. */
    withdrawOffer(): void {
        this.#ownOffers.withdraw();
    }

    #takeOutcome(outcome: OfferOutcome, offered: { readonly purpose: OfferPurpose; readonly sdp: Sdp }): void {
        if (outcome.kind === "dialogGone") return void this.#giveUp("networkFailure");
        if (offered.purpose === "identity") {
            // the session that was repeated has not changed, but the peer may answer it with another one of its own
            if (outcome.kind === "answered" && !this.#session.isAgreed(outcome.sdp)) this.announceAnswer(outcome.sdp);
            return;
        }
        if (outcome.kind === "rejected") return this.#parts.report({ kind: "offerRejected", cause: outcome.cause });
        this.#session.local = offered.sdp;
        this.#session.remote = outcome.sdp;
        this.#parts.report({ kind: "offerAnswered", sdp: outcome.sdp });
    }

    /** Says BYE, once the peer has acknowledged. Safe to call twice. */
    async end(cause: EndCause): Promise<void> {
        if (this.#state.phase !== "up") return;
        if (this.#state.ack !== "received") {
            this.#state = { ...this.#state, end: this.#state.end ?? cause };
            return;
        }
        this.#peerOffers.refuse();
        this.#ownOffers.stop();
        this.#sessionRefresh?.stop();
        this.#state = { phase: "leaving" };
        this.#stopByeTimer = this.#parts.clock.startTimer(BYE_TIMEOUT_MS, () => this.#over());
        await sendBye({
            ...this.#parts,
            headers: { ...this.#parts.headers, Reason: reasonHeader(cause) },
            isOver: () => this.#state.phase === "over",
            onOver: () => this.#over(),
        });
    }

    /** The dialog for the call journal; undefined once the call is over. */
    snapshot(): SipDialogRecord | undefined {
        if (this.#state.phase !== "up" || this.#state.end !== undefined) return undefined;
        const open = {
            transactionId: this.#peerOffers.openTransactionId,
            transferEvent: this.transfers.openEvent,
        };
        const { local, remote } = this.#session;
        return dialogRecord({ ...this.#parts, ...this.#state, local, remote }, open);
    }

    lost(): LostDialog | undefined {
        const { phase } = this.#state;
        this.#endWith("serviceUnavailable");
        const { copy, digest, headers } = this.#parts;
        return phase === "over" ? undefined : { copy, digest, headers };
    }

    hungUp(): void {
        this.#endWith("hungUp");
    }

    #takeBye(request: IncomingRequest): void {
        this.#respond(request, { status: 200 });
        if (this.#state.phase === "up") this.#peerOffers.refuse();
        this.transfers.hungUp();
        this.#endWith(request.origin === "server" ? causeOfServerBye(request.headers) : causeOfBye(request.headers));
    }

    #takeAck(ack: IncomingRequest): void {
        if (this.#state.phase !== "up" || this.#state.ack === "received") return;
        const before = this.#state.ack;
        this.#acknowledged();
        if (before === "awaitedWithSdp") this.#takeLateAnswer(ack);
    }

    /** Nothing is owed to the peer's INVITE any more: what had to wait for that is done. */
    #acknowledged(): void {
        if (this.#state.phase !== "up") return;
        const { end } = this.#state;
        this.#state = { phase: "up", ack: "received" };
        if (end !== undefined) return void this.end(end);
        this.#ownOffers.acknowledged();
    }

    /** The ACK brings the answer to our offer: the media proxy has to learn of it as it would of an offer. */
    #takeLateAnswer(ack: IncomingRequest): void {
        if (this.#state.phase !== "up") return;
        const description = sessionDescriptionIn(ack);
        if (description.kind !== "given") return void this.#giveUp("noCommonMedia");
        if (this.#session.isAgreed(description.sdp)) return;
        this.announceAnswer(description.sdp);
    }

    /** Has the media proxy learn of the peer's answer as it would of an offer: it has another one, or none. */
    announceAnswer(sdp: Sdp): void {
        this.#peerOffers.announceAnswer(sdp);
    }

    #takeOffer(request: IncomingRequest): void {
        if (this.#state.phase !== "up") return this.#respond(request, { status: 481 });
        this.#parts.party?.read(request.headers);
        // RFC 3261, section 14.2: one offer at a time
        if (this.#peerOffers.isPending) return this.#respond(request, { status: 500, headers: { "Retry-After": "3" } });
        if (this.#ownOffers.meet() === "reject") return this.#respond(request, { status: 491 });
        this.#peerOffers.take(request);
    }

    #expectAck(ack: AckState): void {
        if (this.#state.phase === "up") this.#state = { ...this.#state, ack };
    }

    #respond(request: IncomingRequest, response: OutgoingResponse): void {
        respondInDialog(this.#parts, request, response);
    }

    /** Reports the end unless the leg has been told, or has ended it itself. */
    #endWith(cause: EndCause): void {
        const isUp = this.#state.phase === "up";
        this.#over();
        if (isUp) this.#parts.report({ kind: "ended", cause });
    }

    /** The session cannot go on. */
    async #giveUp(cause: EndCause): Promise<void> {
        if (this.#state.phase !== "up") return;
        this.#parts.report({ kind: "ended", cause });
        await this.end(cause);
    }

    #over(): void {
        if (this.#state.phase === "over") return;
        this.#state = { phase: "over" };
        this.#peerOffers.drop();
        this.#ownOffers.stop();
        this.transfers.close();
        this.#probe.stop();
        this.#sessionRefresh?.stop();
        this.#stopByeTimer();
        this.#parts.calls.removeDialog(this.#parts.dialogId, this);
        this.#parts.onEnded();
    }
}
