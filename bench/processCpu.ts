import { readdirSync, readFileSync } from "node:fs";

/** Linux reports CPU time in ticks of 1/100 s, whatever the kernel's own tick is. */
const MS_PER_TICK = 10;

/** CPU time a process has used so far, user and system together, in ms. */
export function cpuMs(pid: number): number {
    const fields = statFields(pid);
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** The child of a process whose command line contains `text`, if there is one. */
export function childRunning(parent: number, text: string): number | undefined {
    return readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .find((pid) => isChildRunning(pid, parent, text));
}

function isChildRunning(pid: number, parent: number, text: string): boolean {
    try {
        return Number(statFields(pid)[1]) === parent && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(text);
    } catch {
        return false; // gone meanwhile
    }
}

/** The fields of /proc/PID/stat from the third on; the second, the name, may hold blanks and brackets. */
function statFields(pid: number): string[] {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
