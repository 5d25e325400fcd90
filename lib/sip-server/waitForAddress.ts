import type { Log } from "./log.ts";

const retryMs = 200;

/**
 * Binds, and tries again while the address is in use: the previous process may still end its calls. Rejects with the error
 * of the system after `waitMs`, and immediately for any other error.
 */
export async function waitForAddress<Bound>(waitMs: number, log: Log, bind: () => Promise<Bound>): Promise<Bound> {
    const endsAt = performance.now() + waitMs;
    for (let attempt = 1; ; attempt++) {
        try {
            return await bind();
        } catch (error) {
            const inUse = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
            if (!inUse || performance.now() + retryMs > endsAt) throw error;
            if (attempt === 1) log.warn("address in use, waiting for the previous process to release it", { error });
            await new Promise((resolve) => setTimeout(resolve, retryMs));
        }
    }
}
