import { InstallError } from "./InstallError.ts";
import { installDebianPackages, missingOf, pythonVenv, worldPackages } from "./debianPackages.ts";
import { findPython, installSynapse, synapseIsInstalled } from "./synapseVenv.ts";
import type { DebianPackage } from "./debianPackages.ts";
import type { Progress } from "./Progress.ts";

/**
 * Brings this machine to the state in which the lab can start everything around the bridge. Finds out what is missing
 * first; with nothing missing it takes a few milliseconds and needs no network.
 * @throws InstallError with the command to run by hand.
 */
export async function installWorld(
    progress: Progress,
    packages: readonly DebianPackage[] = worldPackages,
): Promise<void> {
    if (process.platform !== "linux") {
        throw new InstallError(
            "The lab needs Linux with Debian's packages (rtpengine among them). Use a Debian 12 machine.",
        );
    }
    const synapseMissing = !synapseIsInstalled();
    const missing = missingOf(packages);
    if (synapseMissing && findPython() === undefined) missing.push(pythonVenv);
    await installDebianPackages(missing, progress);
    if (synapseMissing) await installSynapse(progress);
}
