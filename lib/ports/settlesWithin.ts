import type { Clock } from "./Clock.ts";

/**
 * Waits for work for at most `ms`. Returns false if it takes longer; the caller must then handle its rejection. Rejects if
 * it rejects within the time.
 */
export async function settlesWithin(
    work: Promise<unknown>,
    ms: number,
    clock: Pick<Clock, "startTimer">,
): Promise<boolean> {
    const late = Promise.withResolvers<false>();
    const cancel = clock.startTimer(ms, () => late.resolve(false));
    try {
        return await Promise.race([work.then(() => true), late.promise]);
    } finally {
        cancel();
    }
}
