import type { Random } from "./Random.ts";

/** Something to be fuzzed. `run` makes one input and throws or rejects if an invariant does not hold for it. */
export interface FuzzTarget {
    readonly name: string;
    run(random: Random): void | Promise<void>;
}
