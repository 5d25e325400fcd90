import { test } from "vitest";
import { engineTarget } from "../../../../lab/fuzz/engineTarget.ts";
import { Random } from "../../../../lab/fuzz/Random.ts";

test("fuzzing the engine for a moment: nothing throws, one answer to a request, nothing left", async () => {
    for (let seed = 0; seed < 200; seed++) await engineTarget.run(new Random(seed));
}, 120_000);
