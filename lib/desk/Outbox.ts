import PQueue from "p-queue";

/**
 * What is to be said to one peer, in order: an order waits for the one before it, and peers do not wait for each other.
 * One that takes longer than `timeoutMs` counts as failed, and the next is started.
 */
export class Outbox {
    readonly #queue: PQueue;

    constructor(timeoutMs: number) {
        this.#queue = new PQueue({ concurrency: 1, timeout: timeoutMs });
    }

    /** Queues an order; `onFailure` is called with what it rejected with, or with a timeout. Never throws. */
    post(order: () => Promise<void>, onFailure: (reason: unknown) => void): void {
        this.#queue.add(order).catch(onFailure);
    }

    /** Resolves once nothing is queued or under way. */
    async settled(): Promise<void> {
        await this.#queue.onIdle();
    }
}
