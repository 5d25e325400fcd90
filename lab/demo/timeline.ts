import type { CallRecord } from "./CallProof.ts";

/** A call's story, one moment a line, in ms since it was dialled. */
export function timeline(title: string, record: CallRecord): string {
    const moments = record.moments.toSorted((one, other) => one.at - other.at);
    const start = moments[0]?.at ?? 0;
    const lines = moments.map(
        ({ at, who, what }) => `  ${String(Math.round(at - start)).padStart(6)} ms  ${who.padEnd(10)} ${what}`,
    );
    const end = record.failure === undefined ? [] : [`  failed: ${reasons(record.failure)}`];
    return [title, ...lines, ...end, ""].join("\n");
}

/** An error's message and those of its causes. */
export function reasons(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    return error.cause === undefined ? error.message : `${error.message}: ${reasons(error.cause)}`;
}
