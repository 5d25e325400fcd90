import { childrenOf, statFields } from "../lab/world/processes.ts";

/** Linux reports CPU time in ticks of 1/100 s, whatever the kernel's own tick is. */
const MS_PER_TICK = 10;

/** CPU time a process has used so far, user and system together, in ms. */
export function cpuMs(pid: number): number {
    const fields = statFields(pid);
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** The child of a process whose command line contains `text`, if there is one. */
export function childRunning(parent: number, text: string): number | undefined {
    return childrenOf(parent).find(({ commandLine }) => commandLine.includes(text))?.pid;
}
