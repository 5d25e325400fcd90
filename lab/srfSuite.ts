// `npm run test:srf`: drachtio-srf's own tests, as they come with the package, against the embedded SIP server. Its
// containers become SIPp processes on the loopback network. Prints the tests' TAP and, last, `N passed, N failed`.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { delimiter, join } from "node:path";
import { installDebianPackages, missingOf, sipp } from "./install/debianPackages.ts";
import { terminalProgress } from "./install/Progress.ts";
import { makeRunDirectory, projectRoot } from "./labFolder.ts";
import { suiteCopy } from "./srf-suite/suiteCopy.ts";
import { SuiteTestbed } from "./srf-suite/SuiteTestbed.ts";

/** The files of the suite's index, less those that are about something else. */
const files = ["b2b", "reinvite-tests", "uac", "uas", "utils", "refer"];
const notRun: Readonly<Record<string, string>> = {
    "proxy.js (2 checks)": "the embedded server has no proxy mode and responds with NOK",
    "unit-tests/ (mocha)": "they test drachtio-srf's own parser, without any server",
    "docker_start.js, docker_stop.js (1 check each)": "there are no containers",
};
const longestWaitMs = 400_000;

await installDebianPackages(missingOf([sipp]), terminalProgress());
const suite = suiteCopy();
const directory = makeRunDirectory("srf-suite");
const testbed = await SuiteTestbed.start(suite, directory);
try {
    const { passed, failed } = await runTests(testbed);
    for (const [what, why] of Object.entries(notRun)) console.log(`# not run: ${what}: ${why}`);
    console.log(`# logs: ${directory}`);
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
} finally {
    await testbed.stop();
}

/** A run that breaks off, or never ends, counts as one more failure. */
async function runTests({ configuration }: SuiteTestbed): Promise<{ passed: number; failed: number }> {
    const tests = spawn(
        process.execPath,
        [...files.flatMap((file) => ["--require", `./test/${file}.js`]), "--eval", "0"],
        {
            cwd: suite,
            env: {
                ...process.env,
                NODE_ENV: "test",
                NODE_CONFIG: JSON.stringify(configuration),
                PATH: `${dockerStandIn()}${delimiter}${process.env["PATH"] ?? ""}`,
            },
            stdio: ["ignore", "pipe", "inherit"],
        },
    );
    const tired = setTimeout(() => tests.kill("SIGKILL"), longestWaitMs);
    const tally = { passed: 0, failed: 0, complete: false };
    createInterface({ input: tests.stdout }).on("line", (line) => {
        console.log(line);
        if (line.startsWith("ok ")) tally.passed += 1;
        if (line.startsWith("not ok ")) tally.failed += 1;
        if (/^1\.\.\d+$/.test(line)) tally.complete = true;
    });
    await new Promise((resolve) => tests.on("close", resolve));
    clearTimeout(tired);
    return { passed: tally.passed, failed: tally.complete ? tally.failed : tally.failed + 1 };
}

/** A directory with a program `docker` for the PATH of the tests. */
function dockerStandIn(): string {
    const bin = join(directory, "bin");
    mkdirSync(bin);
    const standIn = join(projectRoot, "lab", "srf-suite", "docker.ts");
    writeFileSync(join(bin, "docker"), `#!/bin/sh\nexec "${process.execPath}" "${standIn}" "$@"\n`, { mode: 0o755 });
    return bin;
}
