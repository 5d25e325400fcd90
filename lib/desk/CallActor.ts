import type { CallEffect } from "../call/CallEffect.ts";
import type { CallEvent } from "../call/CallEvent.ts";
import type { CallState } from "../call/CallState.ts";
import { openCall, reduceCall } from "../call/reduceCall.ts";
import type { Transition } from "../call/transition.ts";
import type { EndCause, Sdp, Side } from "../call/vocabulary.ts";
import type { CallRequest } from "../ports/CallIntake.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Log } from "../ports/Log.ts";
import type { MediaSession } from "../ports/MediaProxy.ts";
import type { LegFact, SignallingLeg } from "../ports/SignallingLeg.ts";
import { causeOfFailedOrder } from "./causeOfFailedOrder.ts";
import { CallTimers } from "./CallTimers.ts";
import { Outbox } from "./Outbox.ts";

/** The peers of a call and who watches it. */
export interface CallParts {
    readonly legs: Readonly<Record<Side, SignallingLeg>>;
    readonly media: MediaSession;
    readonly clock: Clock;
    readonly log: Log;
    readonly watcher: CallWatcher;
    /** How long a peer may take over one order, in ms. */
    readonly orderTimeoutMs: number;
}

/** Told of each step of a call. Synchronous, must not throw. */
export interface CallWatcher {
    moved(from: CallState, to: CallState): void;
    ignored(state: CallState, event: CallEvent): void;
}

/**
 * One call: takes in facts one by one, works out the next state, and has the orders carried out. `tell` is
 * synchronous, so nothing slips between reading the state and writing it; orders go to one outbox per peer, and their
 * failures come back as facts.
 */
export class CallActor {
    readonly #parts: CallParts;
    readonly #timers: CallTimers;
    /** One for each peer; the media are told of candidates, and that the call is over, while they may be waiting for just that. */
    readonly #outboxes: Readonly<Record<Side | "media" | "candidates" | "release", Outbox>>;
    readonly #mailbox: CallEvent[] = [];
    #state: CallState;
    #reading: "idle" | "reading" = "idle";

    constructor(parts: CallParts, request: Pick<CallRequest, "policy" | "offer">) {
        this.#parts = parts;
        this.#timers = new CallTimers(parts.clock, (timer) => this.tell({ kind: "timerFired", timer }));
        this.#outboxes = {
            origin: new Outbox(parts.orderTimeoutMs),
            target: new Outbox(parts.orderTimeoutMs),
            media: new Outbox(parts.orderTimeoutMs),
            candidates: new Outbox(parts.orderTimeoutMs),
            release: new Outbox(parts.orderTimeoutMs),
        };
        const opening = openCall(request.policy, request.offer);
        this.#state = opening.state;
        this.#carryOutAll(opening);
    }

    get state(): CallState {
        return this.#state;
    }

    /** Takes in a fact. Never throws; may be called from anywhere, also while another fact is being read. */
    tell(event: CallEvent): void {
        this.#mailbox.push(event);
        if (this.#reading === "reading") return;
        this.#reading = "reading";
        for (let next = this.#mailbox.shift(); next !== undefined; next = this.#mailbox.shift()) this.#read(next);
        this.#reading = "idle";
    }

    /** Takes in what a leg reports. */
    tellOfLeg(side: Side, fact: LegFact): void {
        const event = eventOfLeg(side, fact);
        if (event !== undefined) this.tell(event);
    }

    /** Resolves once every order given so far is carried out or has failed. */
    async settled(): Promise<void> {
        await Promise.all(Object.values(this.#outboxes).map((outbox) => outbox.settled()));
    }

    #read(event: CallEvent): void {
        const before = this.#state;
        const step = reduceCall(before, event);
        this.#state = step.state;
        this.#parts.log.debug("fact", {
            fact: event.kind,
            phase: before.phase,
            orders: step.effects.map((e) => e.kind),
        });
        if (step.state === before && step.effects.length === 0) this.#parts.watcher.ignored(before, event);
        if (step.state !== before) this.#parts.watcher.moved(before, step.state);
        this.#carryOutAll(step);
    }

    #carryOutAll(step: Transition): void {
        for (const effect of step.effects) this.#carryOut(effect);
    }

    #carryOut(effect: CallEffect): void {
        const { media } = this.#parts;
        switch (effect.kind) {
            case "allocateMedia":
                return this.#askMedia(effect.kind, () => media.offer(effect.sdp), "mediaOffered");
            case "completeMedia":
                return this.#askMedia(effect.kind, () => media.answer(effect.sdp), "mediaAnswered");
            case "renegotiateMedia":
                return this.#renegotiate(effect.side, effect.sdp);
            case "addCandidates":
                return this.#outboxes.candidates.post(
                    () => media.addCandidates(effect.side, effect.candidates),
                    (reason) => this.#parts.log.warn("candidates not taken", { side: effect.side, error: reason }),
                );
            case "releaseMedia":
                return this.#outboxes.release.post(
                    () => media.release(),
                    (reason) => this.#parts.log.warn("media not released", { error: reason }),
                );
            case "offerTarget":
                return this.#order("target", effect.kind, (leg) => leg.offer(effect.sdp));
            case "ringOrigin":
                return this.#order("origin", effect.kind, (leg) => leg.ring());
            case "acceptOrigin":
                return this.#order("origin", effect.kind, (leg) => leg.accept(effect.sdp));
            case "answerOffer":
                return this.#order(effect.side, effect.kind, (leg) => leg.answerOffer(effect.sdp));
            case "refuseOffer":
                return this.#order(effect.side, effect.kind, (leg) => leg.refuseOffer(effect.cause));
            case "endLeg":
                return this.#endLeg(effect.side, effect.cause);
            case "startTimer":
                return this.#timers.start(effect.timer, effect.ms);
            case "stopTimer":
                return this.#timers.stop(effect.timer);
        }
    }

    #askMedia(order: string, ask: () => Promise<Sdp>, told: "mediaOffered" | "mediaAnswered"): void {
        this.#outboxes.media.post(
            async () => this.tell({ kind: told, sdp: await ask() }),
            (reason) => this.tell({ kind: "mediaFailed", cause: causeOfFailedOrder(this.#parts.log, order, reason) }),
        );
    }

    #renegotiate(side: Side, sdp: Sdp): void {
        this.#outboxes.media.post(
            async () => this.tell({ kind: "mediaRenegotiated", sdp: await this.#parts.media.renegotiate(side, sdp) }),
            (reason) =>
                this.tell({
                    kind: "renegotiationFailed",
                    cause: causeOfFailedOrder(this.#parts.log, "renegotiateMedia", reason),
                }),
        );
    }

    #order(side: Side, order: string, say: (leg: SignallingLeg) => Promise<void>): void {
        this.#outboxes[side].post(
            () => say(this.#parts.legs[side]),
            (reason) => {
                const cause = causeOfFailedOrder(this.#parts.log, order, reason);
                this.tell({ kind: "legEnded", side, cause });
                // nobody ends a leg that is reported as ended; one that only failed may still hold something
                this.#endLeg(side, cause);
            },
        );
    }

    #endLeg(side: Side, cause: EndCause): void {
        this.#outboxes[side].post(
            () => this.#parts.legs[side].end(cause),
            (reason) => this.#parts.log.warn("leg not ended properly", { side, error: reason }),
        );
    }
}

function eventOfLeg(side: Side, fact: LegFact): CallEvent | undefined {
    switch (fact.kind) {
        case "ringing":
            return side === "target" ? { kind: "targetRinging" } : undefined;
        case "answered":
            return side === "target" ? { kind: "targetAnswered", sdp: fact.sdp } : undefined;
        case "candidates":
            return { kind: "candidatesFound", side, candidates: fact.candidates };
        case "offered":
            return { kind: "offerReceived", side, sdp: fact.sdp };
        case "ended":
            return { kind: "legEnded", side, cause: fact.cause };
    }
}
