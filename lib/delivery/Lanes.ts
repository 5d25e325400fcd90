import PQueue from "p-queue";

/** Runs a limited number of attempts at the same time; the others wait in order. */
export class Lanes {
    readonly #queue: PQueue;

    constructor(concurrency: number) {
        this.#queue = new PQueue({ concurrency });
    }

    /** Starts the attempt when there is room. It must not reject. */
    run(attempt: () => Promise<void>): void {
        void this.#queue.add(attempt);
    }

    /** Resolves when no attempt is under way, and starts no more of those that wait. */
    async idle(): Promise<void> {
        this.#queue.clear();
        await this.#queue.onIdle();
    }
}
