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
        this.#queue ??= this.#create();
        this.#queue.add(task).catch(onFailure);
        if (this.#queue.size === 0) this.#dropOnceIdle(this.#queue);
    }

    /** Resolves once nothing is queued or under way. */
    async settled(): Promise<void> {
        await this.#queue?.onIdle();
    }

    #create(): PQueue {
        const timeout = this.#timeoutMs;
        return new PQueue({ concurrency: 1, ...(timeout !== undefined && { timeout }) });
    }

    #dropOnceIdle(queue: PQueue): void {
        void queue.onIdle().then(() => {
            if (this.#queue === queue && queue.size + queue.pending === 0) this.#queue = undefined;
        });
    }
}
