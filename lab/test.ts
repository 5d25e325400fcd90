// `npm test`: installs what is missing, then runs every spec: unit, contract, integration, e2e. Arguments are vitest's own, so
// `npm test -- spec/unit/call` or `npm test -- --project e2e` run a part. The last line is `N passed, N failed`.
import { parseCLI, startVitest } from "vitest/node";
import type { Vitest } from "vitest/node";
import { InstallError } from "./install/InstallError.ts";
import { specPackages } from "./install/debianPackages.ts";
import { installWorld } from "./install/installWorld.ts";
import { terminalProgress } from "./install/Progress.ts";
import { projectRoot } from "./labFolder.ts";

interface Count {
    readonly passed: number;
    readonly failed: number;
}

/**
 * A spec file that cannot be loaded, a hook that throws and an uncaught error are failures too, although no test
 * contains them.
 */
function count(vitest: Vitest): Count {
    let passed = 0;
    let failed = vitest.state.getUnhandledErrors().length;
    for (const file of vitest.state.getTestModules()) {
        if (file.errors().length > 0) failed += 1;
        for (const suite of file.children.allSuites()) {
            if (suite.errors().length > 0) failed += 1;
        }
        for (const test of file.children.allTests()) {
            const { state } = test.result();
            if (state === "passed") passed += 1;
            // `pending` after the run: it was never started.
            if (state === "failed" || state === "pending") failed += 1;
        }
    }
    return { passed, failed };
}

async function runSpecs(args: readonly string[]): Promise<Count> {
    const { filter, options } = parseCLI(["vitest", "run", ...args]);
    const vitest = await startVitest(filter, { ...options, root: projectRoot, watch: false });
    const result = count(vitest);
    await vitest.close();
    return result;
}

/** Whether specs run that need servers. Unit specs need none, so that nothing is installed for them. */
function needsWorld(args: readonly string[]): boolean {
    const { filter, options } = parseCLI(["vitest", "run", ...args]);
    const projects = [options.project ?? []].flat();
    const isUnitProject = projects.length > 0 && projects.every((project) => project === "unit");
    const isUnitFolder = filter.length > 0 && filter.every((path) => path.startsWith("spec/unit"));
    return !isUnitProject && !isUnitFolder;
}

async function installAndRun(args: readonly string[]): Promise<Count> {
    try {
        if (needsWorld(args)) await installWorld(terminalProgress(), specPackages);
    } catch (error) {
        if (!(error instanceof InstallError)) throw error;
        console.error(error.message);
        return { passed: 0, failed: 1 };
    }
    return runSpecs(args);
}

const { passed, failed } = await installAndRun(process.argv.slice(2));
console.log(`${passed} passed, ${failed} failed`);
// A run without any test is a failure.
process.exit(failed === 0 && passed > 0 ? 0 : 1);
