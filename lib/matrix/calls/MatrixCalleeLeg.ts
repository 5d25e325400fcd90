import type { CallId, EndCause, LegId, Sdp } from "../../call/vocabulary.ts";
import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import { CallFailure } from "../../ports/CallFailure.ts";
import { settlesWithin } from "../../ports/settlesWithin.ts";
import { describeProvenance } from "../../numbering/CallProvenance.ts";
import type { MatrixTarget } from "../../ports/CallTarget.ts";
import type { MatrixCalleeRecord } from "../../ports/LegRecord.ts";
import type { LegAbility, LegReport, ShownParty, TargetLeg } from "../../ports/CallLeg.ts";
import type { CallMessage } from "./callEventContent.ts";
import { needsHangup, onCalleeLeft, onMessageToCaller, type CalleeLegState } from "./calleeLegState.ts";
import type { CalleeLegParts } from "./CalleeLegParts.ts";
import { CallEventSender } from "./CallEventSender.ts";
import { ClientTransfer } from "./ClientTransfer.ts";
import type { DirectRoom } from "../rooms/DirectRooms.ts";
import { encodeHangup, encodeInvite, encodeNegotiation, encodeSelectAnswer, type OurParty } from "./encodeCallEvent.ts";
import { asCallFailure, HomeserverError } from "../homeserver/HomeserverError.ts";
import { calleeRecord, calleeStateOf, type LegPlace } from "./legRecords.ts";
import type { RoutedLeg } from "./LegRegistry.ts";
import type { IgnoreReason, LegStep } from "./matrixLegStep.ts";
import { noteHomeserverFault } from "./noteHomeserverFault.ts";
import { noteReceivedEnd, noteSentEnd } from "./noteMatrixEnd.ts";
import { NegotiatingLeg } from "./NegotiatingLeg.ts";
import type { Negotiation } from "./negotiation.ts";
import { NEGOTIATION_LIFETIME_MS, newPartyId } from "./ourParty.ts";
import { PeerDisplay } from "./PeerDisplay.ts";
import type { LiveCall } from "./resolveGlare.ts";

/** How long the caller can wait without a provisional response while ghost and room are created, in ms. */
const SILENT_MS = 3_000;
/** A setup of this length is part of the ring time, in ms. A longer one is not. */
const SHORT_SETUP_MS = 1_000;
/** A user who joins late still gets a ring worth the name. */
const SHORTEST_RING_MS = 5_000;

interface RingTime {
    /** How long the room took, in ms; 0 if it was short. */
    readonly delayMs: number;
    /** When the desk stops ringing; monotonic time, in ms. */
    readonly until: number;
}

/** Which leg of which call this is. */
interface LegName {
    readonly callId: CallId;
    readonly leg: LegId;
}

/** The leg towards a Matrix user whom someone on the SIP side calls: their ghost invites, the user's devices ring. */
export class MatrixCalleeLeg extends NegotiatingLeg implements TargetLeg, RoutedLeg {
    readonly user: MatrixUserId;
    readonly #parts: CalleeLegParts;
    readonly #target: MatrixTarget;
    readonly #report: LegReport;
    readonly #callId: CallId;
    readonly #leg: LegId;
    readonly #us: OurParty;
    #state: CalleeLegState = { phase: "approaching" };
    /** Where the call takes place, once that is known. */
    #place: { readonly room: MatrixRoomId; readonly ghost: MatrixUserId; readonly voice: CallEventSender } | undefined;
    readonly #display: PeerDisplay;
    readonly #transfer: ClientTransfer;
    /** Rings the user who is waited for. */
    #onJoin: (() => void) | undefined;

    constructor(
        parts: CalleeLegParts,
        { callId, leg }: LegName,
        target: MatrixTarget,
        report: LegReport,
        us: OurParty = { callId, version: 1, partyId: newPartyId() },
    ) {
        super();
        this.user = target.callee;
        this.#parts = parts;
        this.#target = target;
        this.#report = report;
        this.#callId = callId;
        this.#leg = leg;
        this.#us = us;
        this.#display = new PeerDisplay(parts, us, (event) => this.#say(() => event));
        this.#transfer = new ClientTransfer(parts, this.user, {
            report,
            leave: (notice) => this.#leave(notice),
        });
    }

    /** The leg of a call that an earlier run of the bridge placed. */
    static resume(
        parts: CalleeLegParts,
        name: LegName,
        place: LegPlace,
        record: MatrixCalleeRecord,
        report: LegReport,
    ): MatrixCalleeLeg {
        const { user: callee, room, ghost, us, negotiations } = place;
        const target = { network: "matrix", media: "webrtc", callee, caller: { kind: "anonymous" } } as const;
        const leg = new MatrixCalleeLeg(parts, name, target, report, us);
        leg.#state = calleeStateOf(record, callee);
        leg.#place = { room, ghost, voice: leg.#voiceIn({ room, ghost }, negotiations) };
        parts.registry.add(room, us.callId, leg);
        return leg;
    }

    /** Version 0 of the events has no negotiation. */
    get abilities(): ReadonlySet<LegAbility> {
        const isAble = this.#state.phase === "answered" && this.#state.peer.version === 1;
        return new Set(isAble ? ["reoffer"] : []);
    }

    get stage(): LiveCall["stage"] {
        return this.#state.phase === "answered" ? "connected" : "ringsUser";
    }

    get connected(): RoutedLeg["connected"] {
        if (this.#state.phase !== "answered" || this.#place === undefined) return undefined;
        return { ghost: this.#place.ghost, leg: this };
    }

    async offer(sdp: Sdp): Promise<void> {
        const settingUp = this.#setUp(sdp);
        if (await settlesWithin(settingUp, SILENT_MS, this.#parts.clock)) return;
        // the caller gets a provisional response, and the effect of the desk does not run into its timeout
        if (this.#phaseNow() !== "ended") this.#report({ kind: "ringing" });
        settingUp.catch((error: unknown) => {
            this.#parts.log.info("call setup failed", { callId: this.#us.callId, error });
            this.#report({ kind: "ended", cause: error instanceof CallFailure ? error.endCause : "internalError" });
        });
    }

    async #setUp(sdp: Sdp): Promise<void> {
        const { clock, rooms, ringMs } = this.#parts;
        const startedAt = clock.monotonic();
        try {
            const place = await rooms.findOrCreate(this.user, this.#target.caller);
            const elapsedMs = Math.round(clock.monotonic() - startedAt);
            const delayMs = elapsedMs > SHORT_SETUP_MS ? elapsedMs : 0;
            await this.#callIn(place, sdp, { delayMs, until: startedAt + delayMs + ringMs });
        } catch (reason) {
            noteHomeserverFault(this.#parts.recorder, this.#callId, reason);
            // an invite that got no reply may be in the room all the same
            this.#endQuietly("serviceUnavailable");
            throw asCallFailure(reason);
        }
    }

    protected override get negotiation(): Negotiation | undefined {
        return this.#state.phase === "answered" ? this.#state.negotiation : undefined;
    }

    protected override setNegotiation(negotiation: Negotiation): void {
        if (this.#state.phase === "answered") this.#state = { ...this.#state, negotiation };
    }

    protected override async sendNegotiation(description: "offer" | "answer", sdp: Sdp): Promise<void> {
        await this.#say(() => encodeNegotiation(this.#us, description, sdp, NEGOTIATION_LIFETIME_MS));
    }

    protected override get transfer(): ClientTransfer {
        return this.#transfer;
    }

    async showParty(party: ShownParty): Promise<void> {
        const isAnswered = this.#state.phase === "answered";
        if (this.#place !== undefined)
            await this.#display.show(party, this.#place.ghost, isAnswered ? "answered" : "ringing");
    }

    snapshot(): MatrixCalleeRecord | undefined {
        if (this.#place === undefined) return undefined;
        const { room, ghost, voice } = this.#place;
        const place = { room, ghost, user: this.user, us: this.#us, negotiations: voice.negotiations };
        return calleeRecord(place, this.#state);
    }

    async end(cause: EndCause): Promise<void> {
        const told = needsHangup(this.#state);
        this.#close();
        if (told) await this.#say(() => encodeHangup(this.#us, cause));
    }

    onCallEvent(sender: MatrixUserId, message: CallMessage): IgnoreReason | undefined {
        const ignored = this.#go(onMessageToCaller(this.#state, this.user, sender, message));
        if (ignored === undefined) noteReceivedEnd(this.#parts.recorder, this.#callId, message);
        if (ignored === undefined && message.kind === "replaces") this.#transfer.take(message, this.#place);
        return ignored;
    }

    unreadableAnswer(sender: MatrixUserId): IgnoreReason | undefined {
        if (sender !== this.user) return "other_user";
        if (this.#state.phase !== "ringing") return "wrong_state";
        this.#endQuietly("noCommonMedia");
        this.#report({ kind: "ended", cause: "noCommonMedia" });
        return undefined;
    }

    userJoined(): void {
        this.#onJoin?.();
    }

    userLeft(): void {
        this.#go(onCalleeLeft(this.#state));
    }

    ghostLeft(): void {
        this.#go(onCalleeLeft(this.#state));
    }

    endByGlare(): void {
        this.#endQuietly("replaced");
        this.#report({ kind: "ended", cause: "replaced" });
    }

    async #callIn(place: DirectRoom, sdp: Sdp, time: RingTime): Promise<void> {
        const { registry, rooms, recorder, log } = this.#parts;
        if (this.#state.phase === "ended") return;
        if (registry.inRoom(place.room).length > 0) {
            throw new CallFailure("busy", "there is a call in this room already");
        }
        const { callId } = this.#us;
        const voice = this.#voiceIn(place);
        this.#place = { room: place.room, ghost: place.ghost, voice };
        registry.add(place.room, callId, this);
        recorder.note(this.#callId, { kind: "matrixCall", roomId: place.room, matrixCallId: callId });
        log.debug("call placed in direct room", { callId, roomId: place.room, userIs: place.userIs });
        if (place.userIs === "invited") {
            await this.#awaitJoin(place, voice, sdp, time);
            return;
        }
        try {
            await this.#invite(voice, sdp, time);
            if (this.#phaseNow() === "ringing") this.#reportRinging(time);
        } catch (reason) {
            const gone = reason instanceof HomeserverError && reason.kind === "forbidden";
            if (!gone || place.from === "created") throw reason;
            log.info("direct room no longer usable", { roomId: place.room });
            registry.remove(place.room, callId);
            await rooms.forget(place.room);
            this.#state = { phase: "approaching" };
            await this.#callIn(await rooms.findOrCreate(this.user, this.#target.caller), sdp, time);
        }
    }

    /** The room exists and the user's client shows the invitation to it: the phone hears ringing, the call waits. */
    async #awaitJoin(place: DirectRoom, voice: CallEventSender, sdp: Sdp, time: RingTime): Promise<void> {
        this.#onJoin = () => {
            this.#onJoin = undefined;
            this.#inBackground(this.#invite(voice, sdp, time), "report");
        };
        this.#reportRinging(time);
        // the join may have come before the call was registered
        if (await this.#parts.rooms.hasJoined(place)) this.userJoined();
    }

    #reportRinging({ delayMs }: RingTime): void {
        this.#report({ kind: "ringing", ...(delayMs > 0 && { delayMs }) });
    }

    async #invite(voice: CallEventSender, sdp: Sdp, { until }: RingTime): Promise<void> {
        // monotonic time has fractions, and Matrix events cannot contain any (appendices, "Canonical JSON")
        const lifetime = Math.round(Math.max(until - this.#parts.clock.monotonic(), SHORTEST_RING_MS));
        this.#announce(voice);
        const invite = encodeInvite(this.#us, sdp, this.user, lifetime);
        // an answer may be here before the homeserver's reply
        this.#state = { phase: "ringing", heard: [] };
        this.#report({ kind: "recordChanged" });
        await voice.send(invite);
    }

    #voiceIn(place: { readonly room: MatrixRoomId; readonly ghost: MatrixUserId }, negotiations = 0): CallEventSender {
        const transactionPrefix = `${this.#callId}-${this.#leg}`;
        return new CallEventSender(this.#parts.homeserver, { ...place, transactionPrefix, negotiations });
    }

    /** Clients show nothing of it by themselves. Said before the invite, whose turn comes once this is through or failed. */
    #announce(voice: CallEventSender): void {
        const text = describeProvenance(this.#target.provenance ?? {});
        if (text !== undefined) this.#inBackground(voice.sendNotice(text));
    }

    /** Read through a method, for the compiler takes what it saw before an await for granted. */
    #phaseNow(): CalleeLegState["phase"] {
        return this.#state.phase;
    }

    #go(step: LegStep<CalleeLegState>): IgnoreReason | undefined {
        this.#state = step.state;
        if (step.state.phase === "ended") this.#close();
        const { selectedPartyId } = step;
        // first of all: other devices ring until they hear of it
        if (selectedPartyId !== undefined)
            this.#inBackground(this.#say(() => encodeSelectAnswer(this.#us, selectedPartyId)));
        for (const fact of step.events) this.#report(fact);
        return step.ignored;
    }

    #endQuietly(cause: EndCause): void {
        this.#inBackground(this.end(cause));
    }

    async #say(encode: () => ReturnType<typeof encodeHangup>): Promise<void> {
        try {
            const event = encode();
            noteSentEnd(this.#parts.recorder, this.#callId, event);
            await this.#place?.voice.send(event);
        } catch (reason) {
            throw asCallFailure(reason);
        }
    }

    /** The client has left the call to a transfer that is not possible. */
    #leave(notice: string | undefined): void {
        if (this.#state.phase === "ended") return;
        if (notice !== undefined && this.#place !== undefined) this.#inBackground(this.#place.voice.sendNotice(notice));
        this.#endQuietly("hungUp");
        this.#report({ kind: "ended", cause: "hungUp" });
    }

    #close(): void {
        this.#transfer.stop();
        this.#state = { phase: "ended" };
        this.#onJoin = undefined;
        if (this.#place !== undefined) this.#parts.registry.remove(this.#place.room, this.#us.callId);
    }

    /** Sends an event that no effect of the desk waits for. `report`: the call cannot go on without it, so a failure goes to the desk. */
    #inBackground(work: Promise<void>, onFailure: "log" | "report" = "log"): void {
        work.catch((reason: unknown) => {
            this.#parts.log.warn("call event not sent", { callId: this.#us.callId, error: reason });
            if (onFailure === "log" || this.#state.phase === "ended") return;
            noteHomeserverFault(this.#parts.recorder, this.#callId, reason);
            const failure = asCallFailure(reason);
            this.#endQuietly("serviceUnavailable");
            this.#report({ kind: "ended", cause: failure instanceof CallFailure ? failure.endCause : "internalError" });
        });
    }
}
