import type { CallEffect } from "../call/CallEffect.ts";
import type { CallEvent } from "../call/CallEvent.ts";
import type { CallState, Conversation } from "../call/CallState.ts";
import { Mailbox } from "../call/Mailbox.ts";
import { openCall, type Opening, reduceCall } from "../call/reduceCall.ts";
import { mustBeStored, resumedState, storedState } from "../call/resumeCall.ts";
import { legOn, partnerIn } from "../call/states/parties.ts";
import { type EndCause, type LegId, ORIGIN } from "../call/vocabulary.ts";
import type {
    CallLeg,
    LegEvent,
    LegReport,
    OriginLeg,
    ReferTarget,
    ShownParty,
    TargetLeg,
    TransferRequest,
} from "../ports/CallLeg.ts";
import type { CallSnapshot, MediaSnapshot } from "../ports/CallJournal.ts";
import type { MediaSession } from "../ports/MediaProxy.ts";
import type { CallParts, DigitForms, ResumeParts, SetupParts } from "./CallParts.ts";
import { eventOfLeg, eventOfMedia } from "./callEvents.ts";
import { CallTimers } from "./CallTimers.ts";
import { LegSeat } from "./LegSeat.ts";
import { isConnected, recordsOf } from "./seatRecords.ts";
import { MediaSeat } from "./MediaSeat.ts";
import { PartyRequests } from "./PartyRequests.ts";
import type { LinkLeg } from "./transfer/CallLink.ts";

/**
 * One call: receives events one by one, works out the next state, and carries out the effects. `tell` is synchronous; effects
 * go to a queue for each leg and each media session, and their failures come back as events.
 */
export class CallActor {
    readonly #parts: CallParts;
    readonly #timers: CallTimers;
    readonly #mailbox = new Mailbox<CallEvent>((event) => this.#read(event));
    /** The legs of a call that this run of the bridge sets up. */
    readonly #setup: SetupParts | undefined;
    readonly #origin: LegSeat<OriginLeg> | undefined;
    /** Every leg that can be offered the call: those that are called, and links. */
    readonly #targets = new Map<LegId, LegSeat<TargetLeg>>();
    /** Every leg, whichever run of the bridge began it. */
    readonly #seats = new Map<LegId, LegSeat<CallLeg>>();
    readonly #media = new Map<LegId, MediaSeat>();
    /** The ends of other calls that have the place of a party, or are to have it. */
    readonly #links = new Set<LegId>();
    /** Those that wait for their name, in the order of their requests. */
    readonly #waitingLinks: LinkLeg[] = [];
    /** What legs have asked for last. */
    readonly #transferRequests = new Map<LegId, TransferRequest>();
    /** Who the parties are, as far as trusted networks have said so. */
    readonly #identities = new Map<LegId, ShownParty>();
    readonly #requests = new PartyRequests(this.#seats, this.#media);
    #state: CallState;
    #owner: "this run" | "the next run" = "this run";

    private constructor(parts: CallParts, state: CallState, setup?: SetupParts) {
        this.#parts = parts;
        this.#timers = new CallTimers(parts.clock, (timer) => this.tell({ kind: "timerFired", timer }));
        this.#setup = setup;
        this.#state = state;
        this.#origin = setup === undefined ? undefined : this.#seat(ORIGIN, setup.origin);
    }

    static open(parts: CallParts, setup: SetupParts, opening: Opening): CallActor {
        const step = openCall(opening, parts.clock.now());
        const actor = new CallActor(parts, step.state, setup);
        parts.keeper.changed();
        for (const effect of step.effects) actor.#carryOut(effect);
        return actor;
    }

    /** A call of the previous run. `endIfInterrupted` has to follow, once its legs can send. */
    static resume(
        parts: CallParts,
        { state, legs, media, identities = [] }: Pick<CallSnapshot, "state" | "legs" | "media" | "identities">,
        { resumeLeg, resumeLink, resumeMedia }: ResumeParts,
    ): CallActor {
        const actor = new CallActor(parts, resumedState(state));
        for (const { leg, record } of legs) {
            if (record.network === "link") actor.#addLink(leg, resumeLink(record));
            else
                actor.#seatIfResumed(
                    leg,
                    resumeLeg(leg, record, (event) => actor.tellOfLeg(leg, event)),
                );
        }
        for (const { leg, party } of identities) actor.#identities.set(leg, party);
        if (actor.#state.phase !== "connected") return actor;
        for (const each of media) {
            const { leg } = each;
            const session = resumeMedia(each, (event) => actor.tell(eventOfMedia(leg, event)), actor.#digitsIn(leg));
            if (session !== undefined) actor.#addMedia(each.leg, session);
        }
        actor.#timers.start("duration", actor.#state.deadline);
        return actor;
    }

    /** Ends a resumed call that was not connected, or of which something is missing: both parties receive the end. */
    endIfInterrupted(): void {
        const state = this.#state;
        switch (state.phase) {
            case "alerting":
            case "answering":
            case "joining":
                return this.tell({ kind: "bridgeStopping" });
            case "connected":
            case "changing":
                if (!this.#canGoOn(state)) this.tell({ kind: "bridgeStopping" });
                return;
            case "ended":
                for (const seat of this.#seats.values()) seat.end(state.cause);
        }
    }

    /** Ends the call for both parties, as if the caller, or the leg that has taken its place, had ended it. */
    hangUp(cause: EndCause): void {
        const caller = "origin" in this.#state ? this.#state.origin : ORIGIN;
        this.#seats.get(caller)?.end(cause);
        this.tell({ kind: "legEnded", leg: caller, cause });
    }

    /** Leaves a connected call to the next run of the bridge; nothing is sent any more. Returns false for any other call. */
    handOver(): boolean {
        if (!this.canBeHandedOver) return false;
        this.#parts.keeper.handOver();
        this.#owner = "the next run";
        this.#timers.stopAll();
        return true;
    }

    /** The call for the journal. */
    snapshot(): Pick<CallSnapshot, "state" | "legs" | "identities"> & {
        readonly media: readonly Omit<MediaSnapshot, "transports" | "video">[];
    } {
        return {
            state: storedState(this.#state),
            legs: recordsOf(this.#seats),
            media: recordsOf(this.#media),
            identities: [...this.#identities].map(([leg, party]) => ({ leg, party })),
        };
    }

    get state(): CallState {
        return this.#state;
    }

    /** Whether the call is connected, and both of its legs can be resumed. */
    get canBeHandedOver(): boolean {
        switch (this.#state.phase) {
            case "alerting":
            case "answering":
            case "joining":
            case "ended":
                return false;
            case "connected":
            case "changing":
                return this.#canGoOn(this.#state);
        }
    }

    #canGoOn({ origin, target, media }: Conversation): boolean {
        const seats = [origin, target].map((leg) => this.#seats.get(leg));
        return seats.every((seat) => isConnected(seat?.snapshot())) && this.#media.has(media);
    }

    /** Receives an event. Never throws; can be called from anywhere, also while another event is being read. */
    tell(event: CallEvent): void {
        this.#mailbox.post(event);
    }

    /** Receives what a leg reports. */
    tellOfLeg(leg: LegId, event: LegEvent): void {
        if (event.kind === "recordChanged") return this.#parts.keeper.changed();
        if (event.kind === "referralRejected") return this.#parts.transfers.placeInstead(event.cause);
        if (event.kind === "identified") {
            this.#identities.set(leg, event.party);
            this.#parts.keeper.changed();
        }
        if (event.kind === "transferRequested") this.#transferRequests.set(leg, event.request);
        this.tell(eventOfLeg(leg, event));
    }

    /** Another call, of which `link` is this call's end, is ready to take the place of a leg. */
    requestJoin(leg: LegId, link: LinkLeg): void {
        this.#waitingLinks.push(link);
        this.tell({ kind: "joinRequested", leg });
    }

    /** Transfers the call as if the party of a leg had asked for it. Returns whether the target is being called. */
    transfer(leg: LegId, request: TransferRequest): "placed" | "rejected" {
        this.tellOfLeg(leg, { kind: "transferRequested", request });
        const state = this.#state;
        return "transfer" in state && state.transfer?.by === leg ? "placed" : "rejected";
    }

    /** The party that talks to the party of a leg; undefined unless two parties talk. */
    partnerOf(leg: LegId): CallLeg | undefined {
        return this.#partnerSeat(leg)?.leg;
    }

    /** Has the party that talks to a transferor call the target of the transfer itself. Returns whether it was asked. */
    refer(by: LegId, target: ReferTarget): "asked" | "not asked" {
        const seat = this.#partnerSeat(by);
        const referrer = seat?.leg.referrer;
        if (seat === undefined || referrer?.reaches(target) !== true) return "not asked";
        const onFailure = (): void => this.tell({ kind: "transferFailed", cause: "networkFailure" });
        seat.inform("refer", () => referrer.refer(target), onFailure);
        return "asked";
    }

    #partnerSeat(leg: LegId): LegSeat<CallLeg> | undefined {
        const partner = partnerIn(this.#state, leg);
        return partner && this.#seats.get(partner);
    }

    /** The id of a leg of this call; undefined if it has none of it. */
    idOf(leg: CallLeg): LegId | undefined {
        return [...this.#seats].find(([id, seat]) => seat.leg === leg && !this.#links.has(id))?.[0];
    }

    /** Presses keys in the name of a party. Resolves to whether the other party was sent all of them. */
    async press(leg: LegId, digits: string): Promise<"done" | "failed"> {
        if (partnerIn(this.#state, leg) === undefined) return "failed";
        const lost = this.#requests.lostDigits;
        this.tell({ kind: "digitsPressed", leg, digits });
        await this.settled();
        return this.#requests.lostDigits === lost ? "done" : "failed";
    }

    /** Resolves once every effect so far has been carried out or has failed. */
    async settled(): Promise<void> {
        const seats = [...this.#seats.values(), ...this.#media.values()];
        await Promise.all(seats.map((seat) => seat.settled()));
    }

    #read(event: CallEvent): void {
        if (this.#owner === "the next run") return;
        const before = this.#state;
        const step = reduceCall(before, event, this.#parts.clock.now());
        this.#state = step.state;
        this.#parts.log.debug("call event", {
            event: event.kind,
            leg: "leg" in event ? event.leg : undefined,
            phase: before.phase,
            effects: step.effects.map(({ kind }) => kind),
        });
        if (step.state === before && step.effects.length === 0) this.#parts.watcher.ignored(before, event);
        if (mustBeStored(before, step.state)) this.#parts.keeper.changed();
        if (step.state !== before) this.#parts.watcher.moved(before, step.state);
        for (const effect of step.effects) this.#carryOut(effect);
    }

    #carryOut(effect: CallEffect): void {
        const { kind } = effect;
        switch (effect.kind) {
            case "dialLeg":
                return this.#dial(effect.leg);
            case "offerLeg":
                return this.#targets.get(effect.leg)?.post(kind, (leg) => leg.offer(effect.sdp));
            case "ringLeg":
                return this.#origin?.post(kind, (leg) => leg.ring());
            case "acceptLeg":
                return this.#origin?.postAccept(kind, (leg) => leg.accept(effect.sdp));
            case "endLeg":
                return this.#seats.get(effect.leg)?.end(effect.cause);
            case "startTimer":
                return this.#timers.start(effect.timer, effect.at);
            case "stopTimer":
                return this.#timers.stop(effect.timer);
            case "reoffer":
            case "withdrawOffer":
            case "answerOffer":
            case "rejectOffer":
            case "postponeOffer":
            case "checkLeg":
            case "reportTransfer":
                return this.#seats.get(effect.leg)?.postChange(effect);
            case "showParty":
                return this.#showParty(effect);
            case "passDigits":
            case "requestPicture":
                return this.#requests.carryOut(effect);
            case "proposeChange":
            case "proposeHold":
                return this.#media.get(effect.leg)?.propose(effect, this.#seats.get(effect.peer)?.readiness);
            case "allocateMedia":
            case "completeMedia":
            case "addCandidates":
            case "completeChange":
            case "beginHandover":
            case "completeHandover":
            case "cancelHandover":
            case "releaseMedia":
                return this.#media.get(effect.leg)?.carryOut(effect);
            case "placeTransfer":
                return this.#placeTransfer(effect.leg);
            case "cancelTransfer":
                return this.#parts.transfers.cancel();
            case "seatLink":
                return this.#addLink(effect.leg, this.#waitingLinks.shift());
        }
    }

    #placeTransfer(leg: LegId): void {
        const request = this.#transferRequests.get(leg);
        if (request !== undefined) this.#parts.transfers.place(leg, request);
    }

    #addLink(id: LegId, link: LinkLeg | undefined): void {
        if (link === undefined) return;
        this.#links.add(id);
        this.#targets.set(id, this.#seat<TargetLeg>(id, link));
        link.connect((event) => this.tellOfLeg(id, event));
    }

    #showParty({ kind, leg, party }: Extract<CallEffect, { readonly kind: "showParty" }>): void {
        const ofCall = this.#links.has(leg) ? this.#parts.identityOf(party) : undefined;
        const identity = this.#identities.get(party) ?? ofCall;
        if (identity !== undefined) this.#seats.get(leg)?.inform(kind, (shownTo) => shownTo.showParty(identity));
    }

    #digitsIn(media: LegId): DigitForms {
        return (side) => this.#seats.get(legOn(this.#state, media, side))?.digitForm ?? "media";
    }

    #dial(id: LegId): void {
        if (this.#setup === undefined) return;
        const { dial, openMedia } = this.#setup;
        const leg = dial(id, (event) => this.tellOfLeg(id, event));
        this.#targets.set(id, this.#seat(id, leg));
        this.#addMedia(
            id,
            openMedia(id, (event) => this.tell(eventOfMedia(id, event)), this.#digitsIn(id)),
        );
    }

    #addMedia(id: LegId, session: MediaSession): void {
        const { log, effectTimeoutMs } = this.#parts;
        this.#media.set(id, new MediaSeat(id, session, { log, effectTimeoutMs, tell: (event) => this.tell(event) }));
    }

    #seatIfResumed(id: LegId, leg: CallLeg | undefined): void {
        if (leg !== undefined) this.#seat(id, leg);
    }

    #seat<Leg extends CallLeg>(id: LegId, leg: Leg): LegSeat<Leg> {
        const { log, effectTimeoutMs, keeper, watcher } = this.#parts;
        const report: LegReport = (event) => this.tellOfLeg(id, event);
        const onEndUndelivered = (): void => watcher.endUndelivered(id);
        const seat = new LegSeat(id, leg, { log, effectTimeoutMs, keeper, report, onEndUndelivered });
        this.#seats.set(id, seat);
        return seat;
    }
}
