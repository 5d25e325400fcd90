// `npm run check`: everything that can be checked without a server. All checks run, even after a failure, so that one run
// reports everything; the table at the end shows the results.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { projectRoot } from "./labFolder.ts";

interface Check {
    readonly name: string;
    readonly command: string;
    readonly args: readonly string[];
}

interface Verdict {
    readonly check: Check;
    readonly passed: boolean;
    readonly seconds: number;
    readonly output: string;
}

const checks: readonly Check[] = [
    { name: "types", command: "tsc", args: ["--noEmit", "--project", "."] },
    { name: "types (browser)", command: "tsc", args: ["--noEmit", "--project", "lab/browser"] },
    { name: "lint", command: "eslint", args: ["--max-warnings", "0", "."] },
    {
        name: "import direction",
        command: "depcruise",
        args: ["lib", "spec", "lab", "bench", "--config", ".dependency-cruiser.cjs"],
    },
    {
        name: "unused exports",
        command: "ts-unused-exports",
        // files that are imported dynamically look unused; types are part of their functions' contracts
        args: [
            "tsconfig.json",
            "--allowUnusedTypes",
            "--excludePathsFromReport=vitest.config;lib/assembly/assembleBridge;lib/commandLine/runCommandLine;lib/liveCheck/checkLive;lab/picture/colours;lab/picture/pattern",
        ],
    },
    { name: "words", command: "node", args: ["lab/checkWords.ts"] },
    { name: "generated files", command: "node", args: ["lab/generate.ts", "--check"] },
    { name: "formatting", command: "prettier", args: ["--check", "--log-level", "warn", "."] },
];

function run(check: Check): Promise<Verdict> {
    const started = performance.now();
    const child = spawn(join(projectRoot, "node_modules", ".bin", check.command), check.args, { cwd: projectRoot });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
            output += text;
        });
    }
    return new Promise((resolve) => {
        const finish = (passed: boolean, text: string): void =>
            resolve({ check, passed, seconds: (performance.now() - started) / 1000, output: text });
        child.on("error", (error) => finish(false, error.message));
        child.on("close", (code) => finish(code === 0, output));
    });
}

/** Each worker takes the next check when it has finished one; the slow checks come first. */
async function runAll(): Promise<Verdict[]> {
    const waiting = [...checks];
    const verdicts: Verdict[] = [];
    const worker = async (): Promise<void> => {
        for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
            verdicts.push(await run(check));
        }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
    return verdicts;
}

const verdicts = await runAll();
for (const { check, passed, output } of verdicts) {
    if (!passed) console.log(`\n--- ${check.name}: ${[check.command, ...check.args].join(" ")}\n${output.trimEnd()}`);
}
console.log();
for (const { name } of checks) {
    const verdict = verdicts.find(({ check }) => check.name === name);
    if (verdict === undefined) continue;
    console.log(
        `${verdict.passed ? "ok    " : "FAILED"} ${name.padEnd(18)} ${verdict.seconds.toFixed(1).padStart(5)} s`,
    );
}
process.exitCode = verdicts.every(({ passed }) => passed) ? 0 : 1;
