import { test } from "vitest";
import { Random } from "../../../../lab/fuzz/Random.ts";
import { toleranceTarget } from "../../../../lab/fuzz/toleranceTarget.ts";

test("a call succeeds with one odd part that nothing uses, in any of its messages", async () => {
    for (let seed = 0; seed < 1_000; seed++) {
        try {
            await toleranceTarget.run(new Random(seed));
        } catch (error) {
            throw new Error(`npm run fuzz -- --seconds 0 --seed ${seed}`, { cause: error });
        }
    }
}, 120_000);
