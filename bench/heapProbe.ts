/**
 * Loaded into a measured process by `--import`: on SIGUSR2 it collects garbage and writes the bytes still in use, on the
 * heap and outside of it, to `heap-<pid>.<n>` in the folder that BENCH_HEAP_DIRECTORY names, n counting from 1. What the
 * kernel counts as resident would not do: a process that was under load before keeps the pages it once needed.
 */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
const directory = process.env["BENCH_HEAP_DIRECTORY"] ?? ".";
let probes = 0;

process.on("SIGUSR2", () => {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    probes += 1;
    const file = join(directory, `heap-${process.pid}.${probes}`);
    // complete or absent, for the process that waits for it
    writeFileSync(`${file}.part`, String(heapUsed + external));
    renameSync(`${file}.part`, file);
});
