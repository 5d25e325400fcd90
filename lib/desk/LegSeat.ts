import type { DigitForm, EndCause, LegId } from "../call/vocabulary.ts";
import type { CallEffect } from "../call/CallEffect.ts";
import type { CallLeg, LegReport } from "../ports/CallLeg.ts";
import type { Log } from "../ports/Log.ts";
import type { LegRecord } from "../ports/LegRecord.ts";
import type { PeerReadiness } from "../ports/MediaProxy.ts";
import type { CallKeeper } from "./CallKeeper.ts";
import { causeOfFailedEffect } from "./causeOfFailedEffect.ts";
import { Outbox } from "./Outbox.ts";

export interface LegSeatParts {
    readonly log: Log;
    /** How long a leg can take over one effect, in ms. The end of a leg has no limit: it is repeated until it is delivered. */
    readonly effectTimeoutMs: number;
    readonly report: LegReport;
    /** Called if the other side could not be notified of the end. */
    readonly onEndUndelivered: () => void;
    readonly keeper: Pick<CallKeeper, "changed" | "durable">;
}

/** One leg of a call, with the queue of its effects: in order, and independent of the other legs. */
export class LegSeat<Leg extends CallLeg> {
    readonly leg: Leg;
    readonly #id: LegId;
    readonly #parts: LegSeatParts;
    readonly #outbox: Outbox;
    readonly #endings = new Outbox(undefined);
    /** The record as it was before an effect whose outcome is not known yet. */
    #before: { readonly record: LegRecord | undefined } | undefined;

    constructor(id: LegId, leg: Leg, parts: LegSeatParts) {
        this.#id = id;
        this.leg = leg;
        this.#parts = parts;
        this.#outbox = new Outbox(parts.effectTimeoutMs);
    }

    /** Whether the party can be offered another session. */
    get readiness(): PeerReadiness {
        return this.leg.abilities.has("reoffer") ? "askable" : "unaskable";
    }

    /** How the party receives DTMF digits now. */
    get digitForm(): DigitForm {
        return this.leg.abilities.has("digits") ? "signalling" : "media";
    }

    /** Queues a step of the setup. A leg that fails at it is over, and is ended in case that it still holds something. */
    post(effect: string, act: (leg: Leg) => Promise<void>): void {
        const { log, report, keeper } = this.#parts;
        this.#outbox.post(
            () => act(this.leg).then(() => keeper.changed()),
            (reason) => {
                const cause = causeOfFailedEffect(log, effect, reason);
                report({ kind: "ended", cause });
                this.end(cause);
            },
        );
    }

    /** As `post`, for the final answer to the caller: the journal has the call before, and the leg's answer only afterwards. */
    postAccept(effect: string, act: (leg: Leg) => Promise<void>): void {
        const { keeper } = this.#parts;
        this.post(effect, async (leg) => {
            this.#before = { record: whileAnswering(leg.snapshot()) };
            keeper.changed();
            await keeper.durable();
            try {
                await act(leg);
            } finally {
                this.#before = undefined;
            }
        });
    }

    /** The leg for the journal, until its party has been told of the end. */
    snapshot(): LegRecord | undefined {
        return this.#before === undefined ? this.leg.snapshot() : this.#before.record;
    }

    /** Queues what happens within a connected call. The call goes on if it fails. */
    postChange(effect: SessionEffect): void {
        const { log, report, keeper } = this.#parts;
        this.#outbox.post(
            () => changeSession(this.leg, effect).then(() => keeper.changed()),
            (reason) => {
                const cause = causeOfFailedEffect(log, effect.kind, reason);
                if (effect.kind === "reoffer") report({ kind: "offerRejected", cause });
            },
        );
    }

    /** Queues what is of use to the party, and without which the call goes on. */
    inform(effect: string, act: (leg: Leg) => Promise<void>, onFailure = (): void => undefined): void {
        this.#outbox.post(
            () => act(this.leg),
            (reason) => {
                causeOfFailedEffect(this.#parts.log, effect, reason);
                onFailure();
            },
        );
    }

    /** Queues the end, behind everything else. */
    end(cause: EndCause): void {
        const { log, keeper, onEndUndelivered } = this.#parts;
        this.#outbox.post(
            () => {
                this.#endings.post(
                    async () => {
                        this.#before ??= { record: this.leg.snapshot() };
                        await keeper.durable();
                        await this.leg.end(cause).finally(() => (this.#before = undefined));
                    },
                    (reason) => {
                        log.warn("end of call not delivered", { leg: this.#id, error: reason });
                        onEndUndelivered();
                    },
                );
                return Promise.resolve();
            },
            () => undefined,
        );
    }

    /** Resolves once everything that was queued has been done or has failed. */
    async settled(): Promise<void> {
        await this.#outbox.settled();
        await this.#endings.settled();
    }
}

/** The record of a caller who is about to get the final answer, and may have it after a crash. */
function whileAnswering(record: LegRecord | undefined): LegRecord | undefined {
    return record?.phase === "calling" ? { ...record, phase: "answering" } : record;
}

/** What happens within a connected call. The call goes on if it fails. */
export type SessionEffect = Extract<
    CallEffect,
    {
        readonly kind:
            | "reoffer"
            | "withdrawOffer"
            | "answerOffer"
            | "rejectOffer"
            | "postponeOffer"
            | "checkLeg"
            | "reportTransfer";
    }
>;

function changeSession(leg: CallLeg, effect: SessionEffect): Promise<void> {
    switch (effect.kind) {
        case "reoffer":
            return leg.reoffer(effect.sdp);
        case "withdrawOffer":
            return leg.withdrawOffer();
        case "answerOffer":
            return leg.answerOffer(effect.sdp);
        case "rejectOffer":
            return leg.rejectOffer(effect.cause);
        case "postponeOffer":
            return leg.postponeOffer();
        case "checkLeg":
            return leg.check();
        case "reportTransfer":
            return leg.reportTransfer(effect.progress);
    }
}
