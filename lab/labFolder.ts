import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

export const projectRoot = dirname(import.meta.dirname);

/** Everything the lab installs or writes, Debian packages aside; git ignores it and it may be deleted at any time. */
export const labFolder = join(projectRoot, ".lab");

const runs = join(labFolder, "run");
const keptRuns = 200;

/**
 * Makes a fresh directory `.lab/run/<name>-<n>` for one started thing: its configuration, data and logs. The directories
 * stay for reading after a failure; only the newest are kept.
 */
export function makeRunDirectory(name: string): string {
    mkdirSync(runs, { recursive: true });
    const numbers = readdirSync(runs).map((entry) => Number(/-(\d+)$/.exec(entry)?.[1] ?? 0));
    for (let number = Math.max(0, ...numbers) + 1; ; number += 1) {
        const directory = join(runs, `${name}-${number}`);
        if (madeNow(directory)) {
            forgetOldRuns(number - keptRuns);
            return directory;
        }
    }
}

/** Two worlds may start at the same time: the one that creates the directory uses it. */
function madeNow(directory: string): boolean {
    try {
        mkdirSync(directory);
        return true;
    } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
        throw error;
    }
}

function forgetOldRuns(newestForgotten: number): void {
    for (const entry of readdirSync(runs)) {
        const number = Number(/-(\d+)$/.exec(entry)?.[1] ?? Number.POSITIVE_INFINITY);
        if (number <= newestForgotten) rmSync(join(runs, entry), { recursive: true, force: true });
    }
}
