import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { until } from "../lab/world/until.ts";

const BYTES_PER_MEBIBYTE = 1024 * 1024;
const probesSoFar = new Map<number, number>();

/** Memory in use, in MiB, after a garbage collection, of a process that was started with `probedIn(directory)`. */
export async function heapInUse(pid: number, directory: string): Promise<number> {
    const probe = (probesSoFar.get(pid) ?? 0) + 1;
    probesSoFar.set(pid, probe);
    const file = join(directory, `heap-${pid}.${probe}`);
    process.kill(pid, "SIGUSR2");
    await until(() => existsSync(file) || undefined, { what: `memory figures of process ${pid}`, timeoutMs: 10_000 });
    const bytes = Number(readFileSync(file, "utf8"));
    rmSync(file);
    return bytes / BYTES_PER_MEBIBYTE;
}

/** Environment with which a process, and those it starts, answer `heapInUse`. */
export function probedIn(directory: string): Readonly<Record<string, string>> {
    return {
        BENCH_HEAP_DIRECTORY: directory,
        NODE_OPTIONS: `--import ${new URL("heapProbe.ts", import.meta.url).href}`,
    };
}
