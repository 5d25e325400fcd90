/**
 * `npm run fuzz`: feeds the SIP server's parsers, and the server behind them, what unknown peers might send, until the time is
 * over or an invariant breaks. In the opposite direction, it adds one odd part that nothing uses to calls, session descriptions
 * and Matrix events, which must succeed. Prints the seed of a failure: `--seed` with it and `--seconds 0` plays that one input
 * again. Exit code 1 on failure. Options: `--help`.
 */
import { command, numberFrom, wholeNumberFrom } from "./commandLine.ts";
import { engineTarget } from "./fuzz/engineTarget.ts";
import { gateTarget } from "./fuzz/gateTarget.ts";
import { matrixTarget } from "./fuzz/matrixTarget.ts";
import { Random } from "./fuzz/Random.ts";
import { sdpTarget } from "./fuzz/sdpTarget.ts";
import { toleranceTarget } from "./fuzz/toleranceTarget.ts";
import { wireTargets } from "./fuzz/wireTargets.ts";

const seeds = 2 ** 32;
const { seconds, seed: firstSeed } = command(
    "fuzz",
    "Sends hostile input of unknown peers and applications to the SIP server.",
)
    .option("--seconds <seconds>", "duration in seconds; 0 runs one input", numberFrom(0, 2_592_000), 60)
    .option("--seed <number>", "seed of the first input", wholeNumberFrom(0, seeds - 1), Date.now() % seeds)
    .addHelpText("after", "\nExit codes: 0 no findings, 1 an invariant was violated, 2 wrong options.")
    .parse()
    .opts<{ readonly seconds: number; readonly seed: number }>();
const endsAt = performance.now() + seconds * 1_000;

/** What each target has had so far. They get as much time each, since a call costs a thousand times what a datagram does. */
const progress = [...wireTargets, gateTarget, toleranceTarget, sdpTarget, matrixTarget, engineTarget].map((target) => ({
    target,
    inputs: 0,
    spentMs: 0,
}));

let failures = 0;
let running = "";
// an unhandled rejection reaches no target
process.on("uncaughtException", (error) => {
    console.error(`${running}:`, error);
    process.exit(1);
});

async function run(one: (typeof progress)[number]): Promise<void> {
    const seed = (firstSeed + one.inputs) % seeds;
    const startedAt = performance.now();
    running = `${one.target.name} failed with seed ${seed}`;
    try {
        await one.target.run(new Random(seed));
    } catch (error) {
        failures += 1;
        console.error(`${running}:`, error);
    }
    one.inputs += 1;
    one.spentMs += performance.now() - startedAt;
}

function counts(): string {
    return progress.map(({ target, inputs }) => `${target.name} ${inputs}`).join(", ");
}

const minuteMs = 60_000;
let reportAt = performance.now() + minuteMs;
for (const one of progress) await run(one);
while (performance.now() < endsAt && failures === 0) {
    await run(progress.reduce((least, one) => (one.spentMs < least.spentMs ? one : least)));
    if (performance.now() < reportAt) continue;
    console.error(`${Math.ceil((endsAt - performance.now()) / minuteMs)} min left; inputs: ${counts()}`);
    reportAt += minuteMs;
}

console.log(`Inputs from seed ${firstSeed}: ${counts()}; ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
