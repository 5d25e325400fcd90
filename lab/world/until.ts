import { setTimeout as delay } from "node:timers/promises";

/** How a wait is bounded and what it says when it times out. */
export interface Wait {
    readonly what: string;
    readonly timeoutMs: number;
    readonly everyMs?: number;
}

/**
 * Asks `probe` again and again until it gives something other than undefined, and resolves to that. A probe that throws
 * ends the wait immediately.
 * @throws Error naming `what` after `timeoutMs`.
 */
export async function until<T>(probe: () => Promise<T | undefined> | T | undefined, wait: Wait): Promise<T> {
    const deadline = Date.now() + wait.timeoutMs;
    for (;;) {
        const found = await probe();
        if (found !== undefined) return found;
        if (Date.now() > deadline) throw new Error(`timeout after ${wait.timeoutMs} ms, waiting for: ${wait.what}`);
        await delay(wait.everyMs ?? 25);
    }
}
