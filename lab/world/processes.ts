import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process of this machine, as /proc shows it. */
export interface RunningProcess {
    readonly pid: number;
    /** Its arguments, with a NUL after each. */
    readonly commandLine: string;
}

/** The processes whose working directory is `directory`. */
export function processesIn(directory: string): readonly RunningProcess[] {
    return running((pid) => readlinkSync(`/proc/${pid}/cwd`) === directory);
}

/** The direct children of a process. */
export function childrenOf(parent: number): readonly RunningProcess[] {
    return running((pid) => Number(statFields(pid)[1]) === parent);
}

/** The fields of /proc/PID/stat from the third on; the second, the name, may hold blanks and brackets. */
export function statFields(pid: number): string[] {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Signals a process, or with a negative number its whole group. One that has exited is left alone. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
    try {
        process.kill(pid, signal);
    } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
}

function running(isWanted: (pid: number) => boolean): RunningProcess[] {
    return readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .flatMap((pid) => {
            try {
                return isWanted(pid) ? [{ pid, commandLine: readFileSync(`/proc/${pid}/cmdline`, "utf8") }] : [];
            } catch {
                return []; // gone meanwhile
            }
        });
}
