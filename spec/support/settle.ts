/** Lets everything that waits for nothing but promises run to its end. */
export async function settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
