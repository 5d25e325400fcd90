/** What one trial of the live check came to. */
export interface Finding {
    /** What the configuration calls it: `trunk carrier`, `homeserver`. */
    readonly part: string;
    /** What was done to find out: `OPTIONS, tls 192.0.2.1:5061`. */
    readonly tried: string;
    readonly result: Result;
    /** How long it took. */
    readonly ms?: number;
}

export type Result =
    /** `advice` is for what works today and will not for long. */
    | { readonly kind: "works"; readonly text: string; readonly advice?: string }
    | { readonly kind: "fails"; readonly text: string; readonly advice: string };

/** Carries out a trial and takes its time. Whatever it throws is a finding, too. */
export async function timed(part: string, tried: string, trial: () => Promise<Result>): Promise<Finding> {
    const begun = performance.now();
    const result = await trial().catch((error: unknown): Result => {
        const text = error instanceof Error ? error.message : String(error);
        return { kind: "fails", text, advice: "" };
    });
    return { part, tried, result, ms: performance.now() - begun };
}
