// Entry of `npm run demo|check|bench` and `npm test`, straight after cloning: runs on any Node from 18 on and imports
// nothing that npm would have to install first. It brings node_modules to the state package-lock.json asks for, then
// hands over to the pinned runtime (the npm package `node`), whatever version the machine itself has.
import { spawn } from "node:child_process";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pinnedNode = join(root, "node_modules", ".bin", "node");
const programs = {
    demo: "lab/demo.ts",
    test: "lab/test.ts",
    "test:srf": "lab/srfSuite.ts",
    check: "lab/check.ts",
    package: "lab/package.ts",
    chaos: "lab/chaos.ts",
    bench: "bench/main.ts",
    "bench:sip": "bench/sipMain.ts",
    "bench:messages": "bench/messagesMain.ts",
    "bench:video": "bench/splitterMain.ts",
    soak: "bench/soakMain.ts",
};

/** npm would try for more than a minute where there is no network. */
const npmCi = [
    "ci",
    "--loglevel=error",
    "--no-audit",
    "--no-fund",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=5000",
];

/** The runtime inside node_modules may be missing or for another architecture, so it is asked, not assumed. */
function pinnedNodeRuns() {
    return new Promise((resolve) => {
        const child = spawn(pinnedNode, ["--version"], { stdio: "ignore" });
        child.on("error", () => resolve(false));
        child.on("exit", (code) => resolve(code === 0));
    });
}

/**
 * npm writes node_modules/.package-lock.json as the last step of an install, with what it really installed. Comparing
 * that with package-lock.json needs no stamp of our own and also notices `npm install` run by hand. Optional packages
 * are left out: most of them are for other platforms.
 */
function missingPackages() {
    const wanted = readPackages(join(root, "package-lock.json"));
    const installed = readPackages(join(root, "node_modules", ".package-lock.json"));
    return Object.entries(wanted)
        .filter(([path, entry]) => path.startsWith("node_modules/") && !entry.optional)
        .filter(([path, entry]) => !sameRelease(entry, installed[path]))
        .map(([path]) => path.slice("node_modules/".length));
}

function sameRelease(wanted, installed) {
    return installed !== undefined && installed.version === wanted.version && installed.integrity === wanted.integrity;
}

/** Several work trees can share one node_modules by a symbolic link: `npm ci` would delete it under the others. */
function isSharedFolder() {
    return lstatSync(join(root, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function readPackages(file) {
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")).packages ?? {}) : {};
}

/** Runs a child in the foreground; resolves to its exit code in the shell's convention (128 + signal). */
function run(command, args) {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, { cwd: root, stdio: "inherit" });
        const forward = (signal) => child.kill(signal);
        // The terminal already gives Ctrl-C to the whole process group; a supervisor signals only us. The child takes a
        // second SIGINT as "now", so only the signals that do not come from a terminal are passed on.
        const passedOn = process.stdin.isTTY ? ["SIGTERM", "SIGHUP"] : ["SIGTERM", "SIGHUP", "SIGINT"];
        for (const signal of passedOn) process.on(signal, forward);
        if (process.stdin.isTTY) process.on("SIGINT", () => undefined);
        child.on("error", reject);
        child.on("exit", (code, signal) => {
            for (const passed of passedOn) process.off(passed, forward);
            resolve(code ?? 128 + constants.signals[signal]);
        });
    });
}

function fail(message) {
    console.error(message);
    process.exit(1);
}

async function installPackages() {
    const missing = missingPackages();
    if (missing.length === 0 && (await pinnedNodeRuns())) return;
    if (isSharedFolder()) return;
    console.error(`Installing npm packages (${missing.length} missing or changed) ...`);
    const started = Date.now();
    const ticking = setInterval(
        () => console.error(`  ... npm ci, ${Math.round((Date.now() - started) / 1000)} s`),
        5_000,
    );
    try {
        const code = await run("npm", npmCi);
        if (code !== 0) fail(`npm could not install the packages (is its registry reachable?). Try: npm ci`);
    } catch {
        fail("npm is missing. Install it, for instance with: apt-get install npm");
    } finally {
        clearInterval(ticking);
    }
    if (!(await pinnedNodeRuns())) {
        fail("the runtime node_modules/.bin/node does not start (install scripts off?). Try: npm rebuild node");
    }
    console.error(`  done in ${Math.round((Date.now() - started) / 1000)} s`);
}

const [verb = "", ...args] = process.argv.slice(2);
const program = programs[verb];
if (program === undefined) fail(`usage: node lab/bootstrap.mjs ${Object.keys(programs).join("|")} [arguments]`);
await installPackages();
process.exit(await run(pinnedNode, [join(root, program), ...args]));
