import type { CallEffect } from "../call/CallEffect.ts";
import type { CallEvent } from "../call/CallEvent.ts";
import type { LegId, Sdp, Side } from "../call/vocabulary.ts";
import type { Log } from "../ports/Log.ts";
import type { ChangeProposal, MediaRecord, MediaSession, PeerReadiness } from "../ports/MediaProxy.ts";
import { causeOfFailedEffect } from "./causeOfFailedEffect.ts";
import { Outbox } from "./Outbox.ts";

export interface MediaSeatParts {
    readonly log: Log;
    /** How long the media proxy can take over one effect, in ms. */
    readonly effectTimeoutMs: number;
    readonly tell: (event: CallEvent) => void;
}

/** What a media session is asked without knowing the other party. */
type MediaEffect = Of<
    | "allocateMedia"
    | "completeMedia"
    | "addCandidates"
    | "completeChange"
    | "beginHandover"
    | "completeHandover"
    | "cancelHandover"
    | "releaseMedia"
>;

type Of<Kind extends CallEffect["kind"]> = Extract<CallEffect, { readonly kind: Kind }>;

/**
 * The media session between the origin and one called leg, with the queues of what it has to do. Candidates and the release
 * do not wait for what is under way, because that may be waiting for just them.
 */
export class MediaSeat {
    readonly #leg: LegId;
    readonly #session: MediaSession;
    readonly #parts: MediaSeatParts;
    readonly #exchanges: Outbox;
    readonly #candidates: Outbox;
    readonly #release: Outbox;

    constructor(leg: LegId, session: MediaSession, parts: MediaSeatParts) {
        this.#leg = leg;
        this.#session = session;
        this.#parts = parts;
        this.#exchanges = new Outbox(parts.effectTimeoutMs);
        this.#candidates = new Outbox(parts.effectTimeoutMs);
        this.#release = new Outbox(parts.effectTimeoutMs);
    }

    carryOut(effect: MediaEffect): void {
        switch (effect.kind) {
            case "allocateMedia":
                return this.#allocate(effect);
            case "completeMedia":
                return this.#complete(effect);
            case "addCandidates":
                return this.#addCandidates(effect);
            case "completeChange":
                return this.#completeChange(effect);
            case "beginHandover":
                return this.#beginHandover(effect);
            case "completeHandover":
                return this.#completeHandover(effect);
            case "cancelHandover":
                return this.#cancelHandover(effect);
            case "releaseMedia":
                return this.#releaseSession();
        }
    }

    #allocate({ kind, sdp }: Of<"allocateMedia">): void {
        this.#ask(kind, "mediaOffered", () => this.#session.offer(sdp));
    }

    #complete({ kind, sdp }: Of<"completeMedia">): void {
        this.#ask(kind, "mediaAnswered", () => this.#session.answer(sdp));
    }

    /** A change of the session, for which the other party may have to be asked. */
    propose(effect: Of<"proposeChange" | "proposeHold">, peer: PeerReadiness = "unaskable"): void {
        const { kind, side } = effect;
        this.#change(kind, () =>
            effect.kind === "proposeHold"
                ? this.#session.proposeHold(side, effect.hold, peer)
                : this.#session.proposeChange(side, effect.sdp, peer),
        );
    }

    #completeChange({ kind, side, sdp }: Of<"completeChange">): void {
        this.#change(kind, () => this.#session.completeChange(side, sdp));
    }

    #beginHandover({ kind, side, stays }: Of<"beginHandover">): void {
        this.#handOver(kind, async () => ({
            kind: "handoverOffered",
            sdp: await this.#session.beginHandover(side, stays),
        }));
    }

    #completeHandover({ kind, side, sdp }: Of<"completeHandover">): void {
        this.#handOver(kind, async () => ({
            kind: "handoverDone",
            hold: await this.#session.completeHandover(side, sdp),
        }));
    }

    #cancelHandover({ kind, side }: Of<"cancelHandover">): void {
        this.#exchanges.post(
            () => this.#session.cancelHandover(side),
            (reason) => void causeOfFailedEffect(this.#parts.log, kind, reason),
        );
    }

    #addCandidates({ side, candidates }: Of<"addCandidates">): void {
        this.#candidates.post(
            () => this.#session.addCandidates(side, candidates),
            (reason) => this.#parts.log.warn("candidates not added", { leg: this.#leg, side, error: reason }),
        );
    }

    /** Has the media proxy send digits in the name of a party. `onFailure` is called if it cannot. */
    sendDigits({ kind, side, digits }: Of<"passDigits">, onFailure: () => void): void {
        this.#exchanges.post(
            () => this.#session.sendDigits(side, digits),
            (reason) => {
                causeOfFailedEffect(this.#parts.log, kind, reason);
                onFailure();
            },
        );
    }

    /** Asks the other party for a whole picture, on behalf of the party on this side. */
    requestPicture(side: Side): void {
        this.#exchanges.post(
            () => this.#session.requestPicture(side),
            (reason) => this.#parts.log.debug("picture not requested", { leg: this.#leg, error: reason }),
        );
    }

    #releaseSession(): void {
        this.#release.post(
            () => this.#session.release(),
            (reason) => this.#parts.log.warn("media not released", { leg: this.#leg, error: reason }),
        );
    }

    /** The session for the journal. */
    snapshot(): MediaRecord | undefined {
        return this.#session.snapshot();
    }

    /** Resolves once everything that was queued has been done or has failed. */
    async settled(): Promise<void> {
        await Promise.all([this.#exchanges.settled(), this.#candidates.settled(), this.#release.settled()]);
    }

    #ask(effect: string, kind: "mediaOffered" | "mediaAnswered", ask: () => Promise<Sdp>): void {
        const { log, tell } = this.#parts;
        const leg = this.#leg;
        this.#exchanges.post(
            async () => tell({ kind, leg, sdp: await ask() }),
            (reason) => tell({ kind: "mediaFailed", leg, cause: causeOfFailedEffect(log, effect, reason) }),
        );
    }

    #handOver(effect: string, ask: () => Promise<CallEvent>): void {
        const { log, tell } = this.#parts;
        this.#exchanges.post(
            async () => tell(await ask()),
            (reason) => tell({ kind: "handoverFailed", cause: causeOfFailedEffect(log, effect, reason) }),
        );
    }

    #change(effect: string, ask: () => Promise<ChangeProposal>): void {
        const { log, tell } = this.#parts;
        this.#exchanges.post(
            async () => {
                const proposal = await ask();
                const { sdp } = proposal;
                tell(
                    proposal.kind === "forward"
                        ? { kind: "changeForwarded", sdp }
                        : { kind: "changeAnswered", sdp, hold: proposal.hold },
                );
            },
            (reason) => tell({ kind: "changeFailed", cause: causeOfFailedEffect(log, effect, reason) }),
        );
    }
}
