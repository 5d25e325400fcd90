import { nameOf, possibleAfterMs } from "./cells.ts";
import type { CellResult } from "./runCell.ts";

/** The last line of `npm run chaos -- --json`. */
export interface ChaosReport {
    readonly cells: number;
    /** Cells in which every party that could be told ended up right. */
    readonly told: number;
    /** rtpengine sessions of calls that were over. */
    readonly left: number;
    /** The longest time from the moment at which it was possible until the parties were right, in ms. */
    readonly worstMs: number;
    /** Cells in which the call went on. */
    readonly survived: number;
    readonly byCell: readonly CellResult[];
}

export function reportOf(byCell: readonly CellResult[]): ChaosReport {
    const right = byCell.filter(({ told }) => told);
    return {
        cells: byCell.length,
        told: right.length,
        left: byCell.reduce((sum, { left }) => sum + left, 0),
        worstMs: Math.max(0, ...right.map((result) => result.ms - possibleAfterMs(result))),
        survived: byCell.filter(({ survived }) => survived).length,
        byCell,
    };
}

/** One line for people: `connected, bridge killed: goes on after 2.1 s`. */
export function lineOf(result: CellResult): string {
    const { told, survived, ms, seen, failure } = result;
    if (failure !== undefined) return `${nameOf(result)}: NOT TRIED (${failure})`;
    const seconds = (ms / 1_000).toFixed(1);
    if (!told) {
        const { phone = "gone", client = "gone", target = "none", sound, sessions = "no" } = seen;
        const shows = `phone ${phone}, client ${client}, target ${target}, sound ${sound}, ${sessions} sessions`;
        return `${nameOf(result)}: WRONG after ${seconds} s (${shows})`;
    }
    return `${nameOf(result)}: ${survived ? "goes on" : "over on both sides"} after ${seconds} s`;
}
