import { defineConfig } from "vitest/config";

// Three projects by what they need: nothing, one real neighbour, the whole world. The latter two hold fixed system
// resources (ports, a homeserver, a browser), so their files run one after the other, and the projects too: a real world
// that starves for CPU fails for reasons that are not the product's. Timeouts are for what hangs, not for what is slow:
// walks over every case take seconds on a busy machine.
export default defineConfig({
    test: {
        projects: [
            {
                test: {
                    name: "unit",
                    include: ["spec/unit/**/*.spec.ts"],
                    // Unit specs share no state, so that modules are loaded once for each thread: half the CPU time.
                    pool: "threads",
                    isolate: false,
                    sequence: { groupOrder: 0 },
                    testTimeout: 60_000,
                },
            },
            {
                test: {
                    name: "integration",
                    include: ["spec/contract/**/*.spec.ts", "spec/integration/**/*.spec.ts"],
                    fileParallelism: false,
                    sequence: { groupOrder: 1 },
                    testTimeout: 60_000,
                    hookTimeout: 60_000,
                },
            },
            {
                test: {
                    name: "e2e",
                    include: ["spec/e2e/**/*.spec.ts"],
                    fileParallelism: false,
                    sequence: { groupOrder: 2 },
                    testTimeout: 120_000,
                    hookTimeout: 180_000,
                },
            },
        ],
    },
});
