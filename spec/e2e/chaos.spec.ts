import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { nameOf, type Cell } from "../../lab/chaos/cells.ts";
import { ChaosParts } from "../../lab/chaos/ChaosParts.ts";
import { lineOf } from "../../lab/chaos/ChaosReport.ts";
import { runCell } from "../../lab/chaos/runCell.ts";
import { startChaosWorld, type ChaosWorld } from "../../lab/chaos/startChaosWorld.ts";

/** The short form of `npm run chaos`: one fault of each of the bridge's own parts and servers. */
const cells: readonly (Cell & { readonly outcome: "goes on" | "over" })[] = [
    { phase: "connected", part: "bridge", fault: "killed", outcome: "goes on" },
    { phase: "ringing in", part: "bridge", fault: "killed", outcome: "over" },
    { phase: "connected", part: "homeserver", fault: "killed", outcome: "goes on" },
    { phase: "connected", part: "rtpengine", fault: "killed", outcome: "over" },
];

describe("a part fails during a call, and every party ends up right", () => {
    let chaos: ChaosWorld;
    let parts: ChaosParts;

    beforeAll(async () => {
        chaos = await startChaosWorld();
        parts = await ChaosParts.start(chaos.world);
    });
    beforeEach(() => chaos.isReady());
    afterAll(() => chaos.world.stop());

    it.each(
        cells.map(
            (cell) =>
                [`${nameOf(cell)}: the call ${cell.outcome === "over" ? "is over" : cell.outcome}`, cell] as const,
        ),
    )("%s", async (_, cell) => {
        const result = await runCell(cell, chaos.world, parts);
        expect(result, lineOf(result)).toMatchObject({ told: true, left: 0, survived: cell.outcome === "goes on" });
    });
});
