/**
 * `npm run fuzz`: feeds the SIP server's parsers, and the server behind them, what strangers might send, until the time is
 * over or an invariant breaks. Prints the seed of a failure: `--seed` with it and `--seconds 0` plays that one input again.
 * Exit code 1 on failure. Options: `--help`.
 */
import { command, numberFrom, wholeNumberFrom } from "./commandLine.ts";
import { engineTarget } from "./fuzz/engineTarget.ts";
import { gateTarget } from "./fuzz/gateTarget.ts";
import { Random } from "./fuzz/Random.ts";
import { wireTargets } from "./fuzz/wireTargets.ts";

const seeds = 2 ** 32;
const { seconds, seed: firstSeed } = command("fuzz", "Sends the SIP server what strangers and applications might.")
    .option("--seconds <seconds>", "for how long; 0 for one input", numberFrom(0, 2_592_000), 60)
    .option("--seed <number>", "of the first input", wholeNumberFrom(0, seeds - 1), Date.now() % seeds)
    .addHelpText("after", "\nExit codes: 0 nothing found, 1 an invariant broke, 2 wrong options.")
    .parse()
    .opts<{ readonly seconds: number; readonly seed: number }>();
const endsAt = performance.now() + seconds * 1_000;

const targets = [...wireTargets, gateTarget, engineTarget];

let inputs = 0;
let seed = firstSeed;
let failures = 0;
let running = "";
// a promise that nobody waits for is in no target's hands
process.on("uncaughtException", (error) => {
    console.error(`${running} failed with seed ${seed}:`, error);
    process.exit(1);
});
do {
    seed = (firstSeed + inputs) % seeds;
    for (const target of targets) {
        running = target.name;
        try {
            await target.run(new Random(seed));
        } catch (error) {
            failures += 1;
            console.error(`${target.name} failed with seed ${seed}:`, error);
        }
    }
    inputs += 1;
} while (performance.now() < endsAt && failures === 0);

const names = targets.map(({ name }) => name).join(", ");
console.log(`${inputs} inputs each for ${names}, from seed ${firstSeed}: ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
