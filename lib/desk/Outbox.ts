import PQueue from "p-queue";

/**
 * What one leg or media session has to do, in order: a task waits for the one before it, and those of other legs are
 * independent. One that takes longer than `timeoutMs` counts as failed, and the next one starts; undefined: no limit.
 */
export class Outbox {
    readonly #timeoutMs: number | undefined;
    /** Exists while there is something to do: a call that stands has none. */
    #queue: PQueue | undefined;

    constructor(timeoutMs: number | undefined) {
        this.#timeoutMs = timeoutMs;
    }

    /** Queues a task; `onFailure` is called with what it rejected with, or with a timeout. Never throws. */
    post(task: () => Promise<void>, onFailure: (reason: unknown) => void): void {
        const queue = (this.#queue ??= this.#create());
        void queue
            .add(task)
            .catch(onFailure)
            // not by `onIdle`, which costs p-queue more than the task itself
            .finally(() => this.#dropIfIdle(queue));
    }

    /** Resolves once nothing is queued or under way. */
    async settled(): Promise<void> {
        await this.#queue?.onIdle();
    }

    #create(): PQueue {
        const timeout = this.#timeoutMs;
        return new PQueue({ concurrency: 1, ...(timeout !== undefined && { timeout }) });
    }

    #dropIfIdle(queue: PQueue): void {
        if (this.#queue === queue && queue.size + queue.pending === 0) this.#queue = undefined;
    }
}
