// `npm run chaos`: real parts fail in every phase of a call, one at a time, and each party must end up right. Takes about an
// hour; `--only` takes a part of it. The last line is a JSON object with `--json`.
import { allCells, type Cell, nameOf } from "./chaos/cells.ts";
import { ChaosParts } from "./chaos/ChaosParts.ts";
import { lineOf, reportOf } from "./chaos/ChaosReport.ts";
import { type CellResult, failedCell, runCell } from "./chaos/runCell.ts";
import { startChaosWorld } from "./chaos/startChaosWorld.ts";
import { command } from "./commandLine.ts";
import { specPackages } from "./install/debianPackages.ts";
import { installWorld } from "./install/installWorld.ts";
import { terminalProgress } from "./install/Progress.ts";

const { json, only } = command("chaos", "Lets every part fail in every phase of a call.")
    .option("--json", "print the result as one JSON object in the last line", false)
    .option(
        "--only <texts...>",
        "only cells whose name contains one of these texts, such as `bridge killed` or `connected,`",
        [""],
    )
    .addHelpText("after", "\nExit codes: 0 every party ended up right, 1 not, 2 wrong options.")
    .parse()
    .opts<{ readonly json: boolean; readonly only: readonly string[] }>();
const cells = allCells().filter((cell) => only.some((text) => nameOf(cell).includes(text)));
if (cells.length === 0) {
    console.error(`no cell's name contains ${only.join(" or ")}; the names are like: connected, bridge killed`);
    process.exit(2);
}

await installWorld(terminalProgress(), specPackages);
const { world, isReady } = await startChaosWorld();
const results: CellResult[] = [];
try {
    const parts = await ChaosParts.start(world);
    for (const [index, cell] of cells.entries()) {
        const result = await attempt(cell, async () => {
            await isReady();
            return await runCell(cell, world, parts);
        });
        results.push(result);
        if (!result.told) await parts.startOver();
        console.error(`${index + 1}/${cells.length} ${lineOf(result)}`);
    }
} finally {
    await world.stop();
}
const report = reportOf(results);
console.log(
    `${report.told} of ${report.cells} right, ${report.survived} calls went on, ${report.left} sessions left, worst ${report.worstMs} ms`,
);
if (json) console.log(JSON.stringify(report));
process.exitCode = report.told === report.cells && report.left === 0 ? 0 : 1;

/** A cell that cannot be tried, as on a machine that is too busy, is not right; the others are tried all the same. */
async function attempt(cell: Cell, run: () => Promise<CellResult>): Promise<CellResult> {
    try {
        return await run();
    } catch (error) {
        return failedCell(cell, error instanceof Error ? error.message : String(error));
    }
}
