/**
 * What one leg or media session has to do, in order: a task waits for the one before it, and those of other legs are
 * independent. One that takes longer than `timeoutMs` counts as failed, and the next one starts; undefined: no limit.
 *
 * A chain of promises and not a `p-queue`: there are several of them for each call, and what that one makes for each queue
 * and task was a twentieth of the processor time of a call.
 */
export class Outbox {
    readonly #timeoutMs: number | undefined;
    /** The last task, while there is something to do: a call that stands has none. */
    #last: Promise<void> | undefined;

    constructor(timeoutMs: number | undefined) {
        this.#timeoutMs = timeoutMs;
    }

    /** Queues a task; `onFailure` is called with what it rejected with, or with a timeout. Never throws. */
    post(task: () => Promise<void>, onFailure: (reason: unknown) => void): void {
        const done = (this.#last ?? Promise.resolve()).then(() => this.#run(task)).catch(onFailure);
        this.#last = done;
        void done.finally(() => {
            if (this.#last === done) this.#last = undefined;
        });
    }

    /** Resolves once nothing is queued or under way. */
    async settled(): Promise<void> {
        while (this.#last !== undefined) await this.#last;
    }

    async #run(task: () => Promise<void>): Promise<void> {
        if (this.#timeoutMs === undefined) return task();
        const { promise: late, reject } = Promise.withResolvers<never>();
        const timer = setTimeout(() => reject(new DOMException("no result in time", "TimeoutError")), this.#timeoutMs);
        try {
            await Promise.race([task(), late]);
        } finally {
            clearTimeout(timer);
        }
    }
}
