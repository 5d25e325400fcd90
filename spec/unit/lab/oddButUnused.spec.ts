import { test } from "vitest";
import type { FuzzTarget } from "../../../lab/fuzz/FuzzTarget.ts";
import { matrixTarget } from "../../../lab/fuzz/matrixTarget.ts";
import { Random } from "../../../lab/fuzz/Random.ts";
import { sdpTarget } from "../../../lab/fuzz/sdpTarget.ts";

test.each<[what: string, target: FuzzTarget]>([
    ["a session description", sdpTarget],
    ["a Matrix event", matrixTarget],
])("%s means the same with one odd part that nothing uses", async (_, target) => {
    for (let seed = 0; seed < 5_000; seed++) {
        try {
            await target.run(new Random(seed));
        } catch (error) {
            throw new Error(`npm run fuzz -- --seconds 0 --seed ${seed}`, { cause: error });
        }
    }
});
