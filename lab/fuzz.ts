/**
 * Feeds the SIP server's parsers, and the server behind them, what strangers might send, until the time is over or an invariant breaks.
 *
 *     npm run fuzz -- --seconds 60 [--seed 12345]
 *
 * Prints the seed of a failure: `--seed` with it and `--seconds 0` plays that one input again. Exit code 1 on failure.
 */
import { parseArgs } from "node:util";
import { engineTarget } from "./fuzz/engineTarget.ts";
import { gateTarget } from "./fuzz/gateTarget.ts";
import { Random } from "./fuzz/Random.ts";
import { wireTargets } from "./fuzz/wireTargets.ts";

const { values } = parseArgs({
    options: { seconds: { type: "string", default: "60" }, seed: { type: "string" } },
});
const firstSeed = Number(values.seed ?? Date.now() % 4_294_967_296);
const endsAt = performance.now() + Number(values.seconds) * 1_000;

const targets = [...wireTargets, gateTarget, engineTarget];

let seed = firstSeed;
let failures = 0;
do {
    for (const target of targets) {
        try {
            await target.run(new Random(seed));
        } catch (error) {
            failures += 1;
            console.error(`${target.name} failed with seed ${seed}:`, error);
        }
    }
    seed += 1;
} while (performance.now() < endsAt && failures === 0);

const names = targets.map(({ name }) => name).join(", ");
console.log(`${seed - firstSeed} inputs each for ${names}, from seed ${firstSeed}: ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
