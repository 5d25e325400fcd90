import { type CallId, type EndCause, ORIGIN, type Sdp } from "../../call/vocabulary.ts";
import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { CallRecorder } from "../../ports/CallRecorder.ts";
import type { Log } from "../../ports/Log.ts";
import type { LegAbility, LegReport, OriginLeg, ShownParty } from "../../ports/CallLeg.ts";
import type { MatrixCallerRecord } from "../../ports/LegRecord.ts";
import type { CallMessage, OutgoingCallEvent } from "./callEventContent.ts";
import { endSignalOf, onCallerLeft, onMessageToCallee, type CallerLegState } from "./callerLegState.ts";
import { CallEventSender } from "./CallEventSender.ts";
import { ClientTransfer, type ClientTransferParts } from "./ClientTransfer.ts";
import { encodeAnswer, encodeHangup, encodeNegotiation, encodeRefusal, type OurParty } from "./encodeCallEvent.ts";
import type { Homeserver } from "../homeserver/Homeserver.ts";
import { asCallFailure } from "../homeserver/HomeserverError.ts";
import { callerRecord, callerStateOf, type LegPlace, partyFrom } from "./legRecords.ts";
import type { LegRegistry, RoutedLeg } from "./LegRegistry.ts";
import { lateNoticeOf, noticeOf } from "./matrixEndCause.ts";
import type { IgnoreReason, LegStep } from "./matrixLegStep.ts";
import type { MatrixParty } from "./MatrixParty.ts";
import { NegotiatingLeg } from "./NegotiatingLeg.ts";
import type { Negotiation } from "./negotiation.ts";
import { NEGOTIATION_LIFETIME_MS, newPartyId } from "./ourParty.ts";
import { noteReceivedEnd, noteSentEnd } from "./noteMatrixEnd.ts";
import { PeerDisplay, type PeerDisplayParts } from "./PeerDisplay.ts";
import type { LiveCall } from "./resolveGlare.ts";

export interface CallerLegParts extends PeerDisplayParts, Omit<ClientTransferParts, "names"> {
    readonly names: PeerDisplayParts["names"] & ClientTransferParts["names"];
    readonly homeserver: Homeserver;
    readonly registry: LegRegistry;
    readonly recorder: Pick<CallRecorder, "note">;
    readonly log: Log;
}

/** The call a user placed: who, where, to which ghost. */
export interface PlacedCall {
    /** Our name for the call. */
    readonly callId: CallId;
    /** The name the caller's client gave it. */
    readonly matrixCallId: string;
    readonly room: MatrixRoomId;
    readonly ghost: MatrixUserId;
    readonly caller: MatrixParty;
}

/** The leg of a Matrix user who calls someone on the SIP side. Made when the invite is here and whom it is for is known. */
export class MatrixCallerLeg extends NegotiatingLeg implements OriginLeg, RoutedLeg {
    readonly user: MatrixUserId;
    readonly #parts: CallerLegParts;
    readonly #call: PlacedCall;
    readonly #us: OurParty;
    readonly #voice: CallEventSender;
    readonly #display: PeerDisplay;
    readonly #transfer: ClientTransfer;
    #report: LegReport = () => undefined;
    #state: CallerLegState = { phase: "calling" };

    constructor(parts: CallerLegParts, call: PlacedCall, partyId = newPartyId(), negotiations = 0) {
        super();
        this.user = call.caller.user;
        this.#parts = parts;
        this.#call = call;
        this.#us = { callId: call.matrixCallId, version: call.caller.version, partyId };
        const transactionPrefix = `${call.callId}-${ORIGIN}`;
        this.#voice = new CallEventSender(parts.homeserver, { ...call, transactionPrefix, negotiations });
        this.#display = new PeerDisplay(parts, this.#us, (event) => this.#say(() => event));
        this.#transfer = new ClientTransfer(parts, this.user, {
            report: (event) => this.#report(event),
            leave: (notice) => this.#leave(notice),
        });
        parts.registry.add(call.room, call.matrixCallId, this);
    }

    /** The leg of a call that a user placed before a restart of the bridge. */
    static resume(
        parts: CallerLegParts,
        callId: CallId,
        { room, ghost, user, us, negotiations }: LegPlace,
        record: MatrixCallerRecord,
    ): MatrixCallerLeg {
        const caller = partyFrom(user, { version: us.version, partyId: record.peerPartyId });
        const call = { callId, matrixCallId: us.callId, room, ghost, caller };
        const leg = new MatrixCallerLeg(parts, call, us.partyId, negotiations);
        leg.#state = callerStateOf(record);
        return leg;
    }

    /** Version 0 of the events has no negotiation. */
    get abilities(): ReadonlySet<LegAbility> {
        return new Set(this.#us.version === 1 ? ["reoffer"] : []);
    }

    get callId(): CallId {
        return this.#call.callId;
    }

    get stage(): LiveCall["stage"] {
        return this.#state.phase === "accepted" ? "connected" : "ringsUs";
    }

    get connected(): RoutedLeg["connected"] {
        return this.#state.phase === "accepted" ? { ghost: this.#call.ghost, leg: this } : undefined;
    }

    /** From here on what the caller does is reported. Called once, when the desk has taken the call. */
    connect(report: LegReport): void {
        this.#report = report;
    }

    ring(): Promise<void> {
        return Promise.resolve(); // the caller's client plays its own ringing tone
    }

    async accept(sdp: Sdp): Promise<void> {
        if (this.#state.phase !== "calling") return;
        await this.#say(
            () => encodeAnswer(this.#us, sdp),
            () => {
                this.#state = { phase: "accepted", negotiation: "none" };
            },
        );
    }

    protected override get negotiation(): Negotiation | undefined {
        return this.#state.phase === "accepted" ? this.#state.negotiation : undefined;
    }

    protected override setNegotiation(negotiation: Negotiation): void {
        if (this.#state.phase === "accepted") this.#state = { ...this.#state, negotiation };
    }

    protected override async sendNegotiation(description: "offer" | "answer", sdp: Sdp): Promise<void> {
        await this.#say(() => encodeNegotiation(this.#us, description, sdp, NEGOTIATION_LIFETIME_MS));
    }

    protected override get transfer(): ClientTransfer {
        return this.#transfer;
    }

    async showParty(party: ShownParty): Promise<void> {
        const isAnswered = this.#state.phase === "accepted";
        await this.#display.show(party, this.#call.ghost, isAnswered ? "answered" : "ringing");
    }

    snapshot(): MatrixCallerRecord | undefined {
        const { room, ghost, caller } = this.#call;
        const place = { room, ghost, user: this.user, us: this.#us, negotiations: this.#voice.negotiations };
        return callerRecord(place, caller, this.#state);
    }

    async end(cause: EndCause): Promise<void> {
        await this.refuse(cause, noticeOf(cause));
    }

    /**
     * Ends the call and says in the room why, because a client tells its user next to nothing. @param notice for a call that was not
     * answered yet
     */
    async refuse(cause: EndCause, notice: string | undefined): Promise<void> {
        const signal = endSignalOf(this.#state);
        this.#close();
        switch (signal) {
            case "refusal":
                await this.#say(() => encodeRefusal(this.#us, cause));
                await this.#explain(notice);
                return;
            case "hangup":
                await this.#say(() => encodeHangup(this.#us, cause));
                await this.#explain(lateNoticeOf(cause));
                return;
            case "none":
                return;
        }
    }

    async #explain(notice: string | undefined): Promise<void> {
        if (notice !== undefined) await this.#voice.sendNotice(notice);
    }

    onCallEvent(sender: MatrixUserId, message: CallMessage): IgnoreReason | undefined {
        const parties = { caller: this.#call.caller, ourPartyId: this.#us.partyId };
        const ignored = this.#go(onMessageToCallee(this.#state, parties, sender, message));
        if (ignored === undefined) noteReceivedEnd(this.#parts.recorder, this.callId, message);
        if (ignored === undefined && message.kind === "replaces") this.#transfer.take(message, this.#call);
        return ignored;
    }

    userJoined(): void {
        // a caller is in the room already
    }

    userLeft(): void {
        this.#go(onCallerLeft(this.#state));
    }

    ghostLeft(): void {
        this.#go(onCallerLeft(this.#state));
    }

    endByGlare(): void {
        // only calls that ring a user give way
    }

    #go(step: LegStep<CallerLegState>): IgnoreReason | undefined {
        this.#state = step.state;
        if (step.state.phase === "ended") this.#close();
        for (const fact of step.events) this.#report(fact);
        return step.ignored;
    }

    /** `onSaying` runs when the event is known to be fit to be sent, before it is. */
    async #say(encode: () => OutgoingCallEvent, onSaying?: () => void): Promise<void> {
        try {
            const event = encode();
            onSaying?.();
            noteSentEnd(this.#parts.recorder, this.callId, event);
            await this.#voice.send(event);
        } catch (reason) {
            throw asCallFailure(reason);
        }
    }

    /** The client has left the call to a transfer that is not possible. */
    #leave(notice: string | undefined): void {
        const work = async (): Promise<void> => {
            if (notice !== undefined) await this.#voice.sendNotice(notice);
            await this.end("hungUp");
        };
        if (this.#state.phase === "ended") return;
        work().catch((error: unknown) => this.#parts.log.warn("call event not sent", { callId: this.callId, error }));
        this.#report({ kind: "ended", cause: "hungUp" });
    }

    #close(): void {
        this.#transfer.stop();
        this.#state = { phase: "ended" };
        this.#parts.registry.remove(this.#call.room, this.#call.matrixCallId);
    }
}
