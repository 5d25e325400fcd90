import { expect, it } from "vitest";
import type { Cell } from "../../../../lab/chaos/cells.ts";
import { reportOf } from "../../../../lab/chaos/ChaosReport.ts";
import type { Sight } from "../../../../lab/chaos/outcomeOf.ts";
import type { CellResult } from "../../../../lab/chaos/runCell.ts";

const seen: Sight = { phone: "ended", client: "ended", target: undefined, sound: "none", sessions: 0 };

function result(cell: Cell, changes: Partial<CellResult>): CellResult {
    return { ...cell, told: true, survived: false, ms: 0, left: 0, seen, ...changes };
}

it("counts the time from the moment at which the parties could be told, and only of those who were", () => {
    const report = reportOf([
        result({ phase: "connected", part: "bridge", fault: "killed" }, { ms: 1_400, survived: true }),
        result({ phase: "ringing in", part: "phone", fault: "gone" }, { ms: 91_500 }),
        result({ phase: "connected", part: "client", fault: "gone" }, { ms: 40_000 }),
        result({ phase: "held", part: "rtpengine", fault: "killed" }, { ms: 120_000, told: false, left: 1 }),
    ]);
    expect(report).toMatchObject({ cells: 4, told: 3, left: 1, worstMs: 1_500, survived: 1 });
});
