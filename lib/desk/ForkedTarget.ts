import type { ForkEffect } from "../call/fork/ForkEffect.ts";
import type { ForkEvent } from "../call/fork/ForkEvent.ts";
import type { BranchId, ForkState } from "../call/fork/ForkState.ts";
import { openFork, reduceFork } from "../call/fork/reduceFork.ts";
import type { Side } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import type { Log } from "../ports/Log.ts";
import type { MediaReport, MediaSession } from "../ports/MediaProxy.ts";
import type { LegFact, LegReport, SignallingLeg } from "../ports/SignallingLeg.ts";
import { causeOfFailedOrder } from "./causeOfFailedOrder.ts";
import { Outbox } from "./Outbox.ts";

/** Makes one branch of a fork. Neither may do I/O. */
export interface BranchMaker {
    readonly dial: (report: LegReport) => SignallingLeg;
    readonly openMedia: (report: MediaReport) => MediaSession;
}

export interface ForkParts {
    readonly branches: readonly BranchMaker[];
    /** As of the one target the fork stands for. */
    readonly report: LegReport;
    readonly reportMedia: MediaReport;
    readonly log: Log;
    /** How long a branch may take over one order, in ms. */
    readonly orderTimeoutMs: number;
}

interface Branch {
    readonly leg: SignallingLeg;
    readonly media: MediaSession;
    readonly legOutbox: Outbox;
    readonly mediaOutbox: Outbox;
    /** The release does not wait for an offer under way: it ends it. */
    readonly releaseOutbox: Outbox;
}

/**
 * Several targets of one call, which for the call are one target with one media session: `leg` and `media` take the places
 * of those. Each branch has media of its own, for its kind of media and its description are its own; what was allocated
 * for those that do not get the call is freed.
 */
export class ForkedTarget {
    readonly leg: SignallingLeg;
    readonly media: MediaSession;
    readonly #parts: ForkParts;
    readonly #branches: readonly Branch[];
    readonly #mailbox: ForkEvent[] = [];
    #state: ForkState;
    #reading: "idle" | "reading" = "idle";

    constructor(parts: ForkParts) {
        this.#parts = parts;
        this.#state = openFork(parts.branches.length);
        this.#branches = parts.branches.map(({ dial, openMedia }, branch) => ({
            leg: dial((fact) => this.#tellOfLeg(branch, fact)),
            media: openMedia(({ cause }) => this.#tell({ kind: "branchMediaFailed", branch, cause })),
            legOutbox: new Outbox(parts.orderTimeoutMs),
            mediaOutbox: new Outbox(parts.orderTimeoutMs),
            releaseOutbox: new Outbox(parts.orderTimeoutMs),
        }));
        this.leg = this.#asLeg();
        this.media = this.#asMedia();
    }

    #asLeg(): SignallingLeg {
        const impossible = (): Promise<never> =>
            Promise.reject(new CallFailure("internalError", "a fork is called; it does not call"));
        return {
            offer: (sdp) => {
                this.#tell({ kind: "offered", sdp });
                return Promise.resolve();
            },
            ring: impossible,
            accept: impossible,
            answerOffer: async (sdp) => this.#winner?.leg.answerOffer(sdp),
            refuseOffer: async (cause) => this.#winner?.leg.refuseOffer(cause),
            end: async (cause) => {
                this.#tell({ kind: "ended", cause });
                await Promise.all(this.#branches.map(({ legOutbox }) => legOutbox.settled()));
            },
        };
    }

    #asMedia(): MediaSession {
        return {
            // what a branch is offered is made when it is
            offer: (sdp) => Promise.resolve(sdp),
            answer: (sdp) => this.#mediaOfWinner().answer(sdp),
            addCandidates: async (side, candidates) => {
                const told = this.#branchesThatHear(side);
                await Promise.all(told.map(({ media }) => media.addCandidates(side, candidates)));
            },
            renegotiate: (side, sdp) => this.#mediaOfWinner().renegotiate(side, sdp),
            release: async () => {
                for (const branch of this.#branches.keys()) this.#carryOut({ kind: "releaseMedia", branch });
                await Promise.all(
                    this.#branches.flatMap(({ mediaOutbox, releaseOutbox }) => [
                        mediaOutbox.settled(),
                        releaseOutbox.settled(),
                    ]),
                );
            },
        };
    }

    get #winner(): Branch | undefined {
        return this.#state.phase === "answered" ? this.#branches[this.#state.winner] : undefined;
    }

    #mediaOfWinner(): MediaSession {
        if (this.#winner !== undefined) return this.#winner.media;
        throw new CallFailure("mediaLost", "nobody of the fork has the call");
    }

    /** The origin's candidates are for everybody who may still answer. */
    #branchesThatHear(side: Side): readonly Branch[] {
        const state = this.#state;
        if (state.phase !== "ringing") return this.#winner === undefined ? [] : [this.#winner];
        if (side === "target") return [];
        return this.#branches.filter((_, branch) => state.branches[branch]?.phase !== "over");
    }

    #tellOfLeg(branch: BranchId, fact: LegFact): void {
        switch (fact.kind) {
            case "ringing":
                return this.#tell({ kind: "branchRinging", branch });
            case "answered":
                return this.#tell({ kind: "branchAnswered", branch, sdp: fact.sdp });
            case "ended":
                return this.#tell({ kind: "branchEnded", branch, cause: fact.cause });
            case "candidates":
            case "offered":
                // of interest only from the one who has the call
                if (this.#winner === this.#branches[branch]) this.#parts.report(fact);
        }
    }

    /** Takes in a fact; never throws. One at a time, for an order may have the next fact told at once. */
    #tell(event: ForkEvent): void {
        this.#mailbox.push(event);
        if (this.#reading === "reading") return;
        this.#reading = "reading";
        for (let next = this.#mailbox.shift(); next !== undefined; next = this.#mailbox.shift()) this.#read(next);
        this.#reading = "idle";
    }

    #read(event: ForkEvent): void {
        const { state, effects } = reduceFork(this.#state, event);
        const before = this.#state;
        this.#state = state;
        const { log } = this.#parts;
        log.debug("fact of a fork", { fact: event.kind, phase: before.phase, orders: effects.map(({ kind }) => kind) });
        if (state.phase === "answered" && before.phase === "ringing")
            log.info("branch answered", { branch: state.winner });
        if (event.kind === "branchEnded" && before.phase === "ringing") {
            log.info("branch ended", { branch: event.branch, cause: event.cause });
        }
        for (const effect of effects) this.#carryOut(effect);
    }

    #carryOut(effect: ForkEffect): void {
        switch (effect.kind) {
            case "reportRinging":
                return this.#parts.report({ kind: "ringing" });
            case "reportAnswered":
                return this.#parts.report({ kind: "answered", sdp: effect.sdp });
            case "reportEnded":
                return this.#parts.report({ kind: "ended", cause: effect.cause });
            case "reportMediaFailed":
                return this.#parts.reportMedia({ kind: "mediaFailed", cause: effect.cause });
            case "allocateMedia":
            case "releaseMedia":
            case "offerBranch":
            case "endBranch": {
                const branch = this.#branches[effect.branch];
                return branch === undefined ? undefined : this.#order(branch, effect);
            }
        }
    }

    #order(
        { leg, media, legOutbox, mediaOutbox, releaseOutbox }: Branch,
        effect: Extract<ForkEffect, { readonly branch: BranchId }>,
    ): void {
        const { log } = this.#parts;
        const { kind, branch } = effect;
        switch (effect.kind) {
            case "allocateMedia":
                return mediaOutbox.post(
                    async () => this.#tell({ kind: "branchMediaOffered", branch, sdp: await media.offer(effect.sdp) }),
                    (reason) => {
                        const cause = causeOfFailedOrder(log, kind, reason);
                        this.#tell({ kind: "branchMediaFailed", branch, cause });
                    },
                );
            case "releaseMedia":
                return releaseOutbox.post(
                    () => media.release(),
                    (reason) => log.warn("media not released", { branch, error: reason }),
                );
            case "offerBranch":
                return legOutbox.post(
                    () => leg.offer(effect.sdp),
                    (reason) => {
                        const cause = causeOfFailedOrder(log, kind, reason);
                        this.#tell({ kind: "branchEnded", branch, cause });
                        // a leg that failed may still hold something
                        this.#carryOut({ kind: "endBranch", branch, cause });
                    },
                );
            case "endBranch":
                return legOutbox.post(
                    () => leg.end(effect.cause),
                    (reason) => log.warn("leg not ended properly", { branch, error: reason }),
                );
        }
    }
}
