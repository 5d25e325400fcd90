const intervalMs = 20;
/** A timer that fires so late shows that messages wait, too. */
const lateMs = 60;
/** How long the process counts as overloaded after that. */
const memoryMs = 1_000;

/** Measures whether the process keeps up with its work, by how late a timer fires. It does not keep the process alive. */
export class EventLoopLag {
    readonly #timer: NodeJS.Timeout;
    #expectedAt = performance.now() + intervalMs;
    #overloadedUntil = 0;

    constructor() {
        this.#timer = setInterval(() => this.#check(), intervalMs).unref();
    }

    isOverloaded(): boolean {
        return performance.now() < this.#overloadedUntil;
    }

    stop(): void {
        clearInterval(this.#timer);
    }

    #check(): void {
        const now = performance.now();
        if (now - this.#expectedAt > lateMs) this.#overloadedUntil = now + memoryMs;
        this.#expectedAt = now + intervalMs;
    }
}
