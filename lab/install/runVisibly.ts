import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Step } from "./Progress.ts";

/**
 * Runs an installer; each line it prints becomes the step's detail. If it fails, everything it printed goes to stderr:
 * the reason is in there, whatever the installer. Resolves to the exit code, 127 if the program does not exist.
 */
export async function runVisibly(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    step: Step,
): Promise<number> {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const printed: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on("line", (line) => {
            printed.push(line);
            step.detail(line.trim());
        });
    }
    const exitCode = await new Promise<number>((resolve) => {
        child.on("error", () => resolve(127));
        child.on("close", (code) => resolve(code ?? 1));
    });
    if (exitCode !== 0) process.stderr.write(`\n${printed.slice(-40).join("\n")}\n`);
    return exitCode;
}
