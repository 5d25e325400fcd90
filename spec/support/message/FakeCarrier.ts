import type { Message } from "../../../lib/message/Message.ts";
import type { FailureCause, Receipt } from "../../../lib/message/vocabulary.ts";
import type { DeliveryAttempt, DeliveryResult, MessageCarrier } from "../../../lib/ports/MessageCarrier.ts";

/** A network that keeps what it receives and responds as configured; by default it accepts. */
export class FakeCarrier implements MessageCarrier {
    /** Every attempt, as `id` or `id from part n`. */
    readonly attempts: string[] = [];
    /** Messages its recipients have: a repetition is recognised by its identifier. */
    readonly received: string[] = [];
    readonly told: string[] = [];
    readonly #answers: ((attempt: DeliveryAttempt) => DeliveryResult | Promise<DeliveryResult>)[] = [];
    readonly #by: "network" | "recipient";
    #reports: "reach the sender" | "fail" = "reach the sender";

    /** @param by who accepts messages */
    constructor(by: "network" | "recipient" = "network") {
        this.#by = by;
    }

    /** The next attempts are answered so, in order. */
    answerNext(
        ...answers: (DeliveryResult | ((attempt: DeliveryAttempt) => DeliveryResult | Promise<DeliveryResult>))[]
    ): void {
        for (const answer of answers) this.#answers.push(typeof answer === "function" ? answer : () => answer);
    }

    failReports(): void {
        this.#reports = "fail";
    }

    restoreReports(): void {
        this.#reports = "reach the sender";
    }

    async deliver(attempt: DeliveryAttempt): Promise<DeliveryResult> {
        const { id } = attempt.message;
        this.attempts.push(attempt.partsSent === 0 ? id : `${id} after part ${attempt.partsSent}`);
        const answer = this.#answers.shift();
        const result =
            answer === undefined
                ? ({ kind: "accepted", reference: `ref ${id}`, by: this.#by } as const)
                : await answer(attempt);
        if (result.kind === "accepted" && !this.received.includes(id)) this.received.push(id);
        return result;
    }

    confirm(message: Message, receipt: Receipt): Promise<void> {
        this.told.push(`${message.id} ${receipt}`);
        return Promise.resolve();
    }

    reportFailure(message: Message, cause: FailureCause): Promise<void> {
        if (this.#reports === "fail") return Promise.reject(new Error("not reached"));
        this.told.push(`${message.id} failed: ${cause}`);
        return Promise.resolve();
    }
}
