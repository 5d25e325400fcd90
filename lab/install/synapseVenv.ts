import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { labFolder } from "../labFolder.ts";
import { InstallError } from "./InstallError.ts";
import { runVisibly } from "./runVisibly.ts";
import type { Progress } from "./Progress.ts";

/** The homeserver of the lab, pinned: what the specs assert about Matrix is asserted about this release. */
const release = "matrix-synapse==1.163.2";

const environment = join(labFolder, "synapse");
const stamp = join(environment, "installed-release");

/** The Python inside the environment; runs Synapse as `-m synapse.app.homeserver`. */
export const synapsePython = join(environment, "bin", "python");

export function synapseIsInstalled(): boolean {
    return existsSync(stamp) && readFileSync(stamp, "utf8") === release && existsSync(synapsePython);
}

/**
 * A Python that is new enough for Synapse and can create virtual environments, or undefined. Debian splits `venv` off its Python,
 * and a version manager's Python may come first in the path, so each candidate is asked what it can.
 */
export function findPython(): string | undefined {
    const canMakeEnvironments = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
    return ["python3", "/usr/bin/python3"].find(
        (python) => spawnSync(python, ["-c", canMakeEnvironments], { stdio: "ignore" }).status === 0,
    );
}

/**
 * Installs Synapse from PyPI into its own virtual environment under `.lab/`.
 * @throws InstallError with the command to run by hand.
 */
export async function installSynapse(progress: Progress): Promise<void> {
    const python = findPython();
    if (python === undefined) {
        throw new InstallError(
            "Python 3.10 or newer with venv is missing. On Debian, as root: apt-get install python3-venv",
        );
    }
    const step = progress.begin(`Installing Synapse from PyPI: ${release}`);
    // An interrupted run can leave an incomplete environment.
    rmSync(environment, { recursive: true, force: true });
    const made = await runVisibly(python, ["-m", "venv", environment], {}, step);
    const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar=off", release];
    if (made !== 0 || (await runVisibly(synapsePython, pip, {}, step)) !== 0) {
        step.fail();
        throw new InstallError(
            `failed to install Synapse (output above); check that PyPI is reachable. Try: ${python} -m venv .lab/synapse && .lab/synapse/bin/pip install ${release}`,
        );
    }
    writeFileSync(stamp, release);
    step.done();
}
