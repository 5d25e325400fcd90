// `npm run package`: builds the Debian package into build/. With `--test` it also installs, runs, upgrades and purges it in a
// fresh Debian system, which needs root, debootstrap and a Debian mirror.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { command } from "./commandLine.ts";
import { InstallError } from "./install/InstallError.ts";
import { projectRoot } from "./labFolder.ts";
import { buildDebianPackage } from "./package/buildDebianPackage.ts";
import { testDebianPackage } from "./package/testDebianPackage.ts";

const { test, suite } = command("package", "Builds the Debian package into build/.")
    .option("--test", "also install, run, upgrade and purge it in a fresh Debian system (as root)", false)
    .option("--suite <name>", "the Debian release for --test", "bookworm")
    .parse()
    .opts<{ test: boolean; suite: string }>();

const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { readonly version: string };
const file = buildDebianPackage(version);
console.log(`built ${file}`);
if (test) {
    const upgrade = buildDebianPackage(`${version}+upgrade`);
    try {
        const { passed, failed } = await testDebianPackage({ suite, file, upgrade });
        console.log(`${passed} passed, ${failed} failed`);
        process.exitCode = failed === 0 ? 0 : 1;
    } catch (error) {
        if (!(error instanceof InstallError)) throw error;
        console.error(error.message);
        process.exitCode = 1;
    } finally {
        // the Containerfile installs the package that is there
        rmSync(upgrade);
    }
}
