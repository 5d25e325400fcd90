import type { CallEffect } from "../call/CallEffect.ts";
import type { CallEvent } from "../call/CallEvent.ts";
import type { CallState } from "../call/CallState.ts";
import { Mailbox } from "../call/Mailbox.ts";
import { openCall, type Opening, reduceCall } from "../call/reduceCall.ts";
import type { Transition } from "../call/transition.ts";
import { type LegId, ORIGIN } from "../call/vocabulary.ts";
import type {
    CallLeg,
    LegEvent,
    LegReport,
    OriginLeg,
    ShownParty,
    TargetLeg,
    TransferRequest,
} from "../ports/CallLeg.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Log } from "../ports/Log.ts";
import type { MediaEvent, MediaReport, MediaSession } from "../ports/MediaProxy.ts";
import { CallTimers } from "./CallTimers.ts";
import { LegSeat } from "./LegSeat.ts";
import { MediaSeat } from "./MediaSeat.ts";
import type { LinkLeg } from "./transfer/CallLink.ts";

/** The peers of a call and its watcher. */
export interface CallParts {
    readonly origin: OriginLeg;
    /** Makes a called leg. Synchronous and without I/O. */
    readonly dial: (leg: LegId, report: LegReport) => TargetLeg;
    /** Opens the media session between the origin and a called leg. Synchronous and without I/O. */
    readonly openMedia: (leg: LegId, report: MediaReport) => MediaSession;
    readonly clock: Clock;
    readonly log: Log;
    readonly watcher: CallWatcher;
    readonly transfers: TransferDesk;
    /** How long a leg or a media session can take over one effect, in ms. */
    readonly effectTimeoutMs: number;
}

/** Calls the targets of a call's transfers. The results come as events: `transferPlaced`, `joinRequested`, … Never throws. */
export interface TransferDesk {
    /** @param by the leg that has asked for it */
    place(by: LegId, request: TransferRequest): void;
    /** Ends the call to the target, unless it has been joined. */
    cancel(): void;
}

/** Receives each step of a call. Synchronous, must not throw. */
export interface CallWatcher {
    moved(from: CallState, to: CallState): void;
    ignored(state: CallState, event: CallEvent): void;
    /** The end of the call could not be delivered to a leg. */
    endUndelivered(leg: LegId): void;
}

/**
 * One call: receives events one by one, works out the next state, and carries out the effects. `tell` is synchronous; effects
 * go to a queue for each leg and each media session, and their failures come back as events.
 */
export class CallActor {
    readonly #parts: CallParts;
    readonly #timers: CallTimers;
    readonly #mailbox = new Mailbox<CallEvent>((event) => this.#read(event));
    readonly #origin: LegSeat<OriginLeg>;
    readonly #targets = new Map<LegId, LegSeat<TargetLeg>>();
    readonly #media = new Map<LegId, MediaSeat>();
    /** The ends of other calls that have the place of a party, or are to have it. */
    readonly #links = new Map<LegId, LegSeat<TargetLeg>>();
    /** Those that wait for their name, in the order of their requests. */
    readonly #waitingLinks: LinkLeg[] = [];
    /** What legs have asked for last. */
    readonly #transferRequests = new Map<LegId, TransferRequest>();
    /** Who the parties are, as far as trusted networks have said so. */
    readonly #identities = new Map<LegId, ShownParty>();
    /** How many series of digits could not be sent. */
    #lostDigits = 0;
    #state: CallState;

    constructor(parts: CallParts, opening: Opening) {
        this.#parts = parts;
        this.#timers = new CallTimers(parts.clock, (timer) => this.tell({ kind: "timerFired", timer }));
        this.#origin = this.#seat(ORIGIN, parts.origin);
        const step = openCall(opening, parts.clock.now());
        this.#state = step.state;
        this.#carryOutAll(step);
    }

    get state(): CallState {
        return this.#state;
    }

    /** Receives an event. Never throws; can be called from anywhere, also while another event is being read. */
    tell(event: CallEvent): void {
        this.#mailbox.post(event);
    }

    /** Receives what a leg reports. */
    tellOfLeg(leg: LegId, event: LegEvent): void {
        if (event.kind === "identified") this.#identities.set(leg, event.party);
        if (event.kind === "transferRequested") this.#transferRequests.set(leg, event.request);
        this.tell(eventOfLeg(leg, event));
    }

    /** Another call, of which `link` is this call's end, is ready to take the place of a leg. */
    requestJoin(leg: LegId, link: LinkLeg): void {
        this.#waitingLinks.push(link);
        this.tell({ kind: "joinRequested", leg });
    }

    /** The id of a leg of this call; undefined if it has none of it. */
    idOf(leg: CallLeg): LegId | undefined {
        if (this.#origin.leg === leg) return ORIGIN;
        return [...this.#targets].find(([, seat]) => seat.leg === leg)?.[0];
    }

    /** Presses keys in the name of a party. Resolves to whether the other party was sent all of them. */
    async press(leg: LegId, digits: string): Promise<"done" | "failed"> {
        if (this.#state.phase !== "connected" && this.#state.phase !== "changing") return "failed";
        const lost = this.#lostDigits;
        this.tell({ kind: "digitsPressed", leg, digits });
        await this.settled();
        return this.#lostDigits === lost ? "done" : "failed";
    }

    /** Resolves once every effect so far has been carried out or has failed. */
    async settled(): Promise<void> {
        const seats = [this.#origin, ...this.#targets.values(), ...this.#links.values(), ...this.#media.values()];
        await Promise.all(seats.map((seat) => seat.settled()));
    }

    #read(event: CallEvent): void {
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
        if (step.state !== before) this.#parts.watcher.moved(before, step.state);
        this.#carryOutAll(step);
    }

    #carryOutAll(step: Transition): void {
        for (const effect of step.effects) this.#carryOut(effect);
    }

    #carryOut(effect: CallEffect): void {
        const { kind } = effect;
        switch (effect.kind) {
            case "dialLeg":
                return this.#dial(effect.leg);
            case "offerLeg":
                return this.#offered(effect.leg)?.post(kind, (leg) => leg.offer(effect.sdp));
            case "ringLeg":
                return this.#origin.post(kind, (leg) => leg.ring());
            case "acceptLeg":
                return this.#origin.post(kind, (leg) => leg.accept(effect.sdp));
            case "endLeg":
                return this.#seatOf(effect.leg)?.end(effect.cause);
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
                return this.#seatOf(effect.leg)?.postChange(effect);
            case "showParty":
                return this.#showParty(effect);
            case "passDigits":
                return this.#passDigits(effect);
            case "allocateMedia":
                return this.#media.get(effect.leg)?.allocate(effect);
            case "completeMedia":
                return this.#media.get(effect.leg)?.complete(effect);
            case "addCandidates":
                return this.#media.get(effect.leg)?.addCandidates(effect);
            case "proposeChange": {
                const isAskable = this.#seatOf(effect.peer)?.leg.abilities.has("reoffer") === true;
                return this.#media.get(effect.leg)?.proposeChange(effect, isAskable ? "askable" : "unaskable");
            }
            case "completeChange":
                return this.#media.get(effect.leg)?.completeChange(effect);
            case "beginHandover":
                return this.#media.get(effect.leg)?.beginHandover(effect);
            case "completeHandover":
                return this.#media.get(effect.leg)?.completeHandover(effect);
            case "cancelHandover":
                return this.#media.get(effect.leg)?.cancelHandover(effect);
            case "releaseMedia":
                return this.#media.get(effect.leg)?.release();
            case "placeTransfer":
                return this.#placeTransfer(effect.leg);
            case "cancelTransfer":
                return this.#parts.transfers.cancel();
            case "seatLink":
                return this.#seatLink(effect.leg);
        }
    }

    #placeTransfer(leg: LegId): void {
        const request = this.#transferRequests.get(leg);
        if (request !== undefined) this.#parts.transfers.place(leg, request);
    }

    #seatLink(id: LegId): void {
        const link = this.#waitingLinks.shift();
        if (link === undefined) return;
        this.#links.set(id, this.#seat(id, link));
        link.connect((event) => this.tellOfLeg(id, event));
    }

    #offered(leg: LegId): LegSeat<TargetLeg> | undefined {
        return this.#targets.get(leg) ?? this.#links.get(leg);
    }

    #showParty({ kind, leg, party }: Extract<CallEffect, { readonly kind: "showParty" }>): void {
        const identity = this.#identities.get(party);
        if (identity !== undefined) this.#seatOf(leg)?.inform(kind, (shownTo) => shownTo.showParty(identity));
    }

    /** The receiving party decides: in its signalling, or in the media, where digits that came in the media have reached it. */
    #passDigits(effect: Extract<CallEffect, { readonly kind: "passDigits" }>): void {
        const { kind, digits, form } = effect;
        const onLost = (): void => void (this.#lostDigits += 1);
        const peer = this.#seatOf(effect.to);
        if (peer?.leg.abilities.has("digits") === true) peer.inform(kind, (leg) => leg.sendDigits(digits), onLost);
        else if (form === "signalling") this.#media.get(effect.leg)?.sendDigits(effect, onLost);
    }

    #dial(id: LegId): void {
        const { dial, openMedia, log, effectTimeoutMs } = this.#parts;
        const tell = this.tell.bind(this);
        const leg = dial(id, (event) => this.tellOfLeg(id, event));
        this.#targets.set(id, this.#seat(id, leg));
        const session = openMedia(id, (event) => tell(eventOfMedia(id, event)));
        this.#media.set(id, new MediaSeat(id, session, { log, effectTimeoutMs, tell }));
    }

    #seat<Leg extends CallLeg>(id: LegId, leg: Leg): LegSeat<Leg> {
        const { log, effectTimeoutMs, watcher } = this.#parts;
        return new LegSeat(id, leg, {
            log,
            effectTimeoutMs,
            report: (event) => this.tellOfLeg(id, event),
            onEndUndelivered: () => watcher.endUndelivered(id),
        });
    }

    #seatOf(leg: LegId): LegSeat<OriginLeg> | LegSeat<TargetLeg> | undefined {
        return leg === ORIGIN ? this.#origin : this.#offered(leg);
    }
}

function eventOfMedia(leg: LegId, event: MediaEvent): CallEvent {
    switch (event.kind) {
        case "mediaFailed":
            return { kind: "mediaFailed", leg, cause: event.cause };
        case "partySilent":
            return { kind: "partySilent", leg, side: event.side };
        case "digits":
            return { kind: "digitsHeard", leg, side: event.side, digits: event.digits };
    }
}

function eventOfLeg(leg: LegId, event: LegEvent): CallEvent {
    switch (event.kind) {
        case "ringing":
            return { kind: "legRinging", leg, ...(event.delayMs !== undefined && { delayMs: event.delayMs }) };
        case "answered":
            return { kind: "legAnswered", leg, sdp: event.sdp };
        case "candidates":
            return { kind: "candidatesFound", leg, candidates: event.candidates };
        case "offered":
            return { kind: "offerReceived", leg, sdp: event.sdp };
        case "offerAnswered":
            return { kind: "offerAnswered", leg, sdp: event.sdp };
        case "offerRejected":
            return { kind: "offerRejected", leg, cause: event.cause };
        case "transferRequested":
            return { kind: "transferRequested", leg };
        case "identified":
            return { kind: "legIdentified", leg };
        case "digits":
            return { kind: "digitsPressed", leg, digits: event.digits };
        case "ended":
            return { kind: "legEnded", leg, cause: event.cause };
    }
}
