import { existsSync, readFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { foreignSystem } from "./foreignSystem.ts";
import { InstallError } from "./InstallError.ts";
import { runVisibly } from "./runVisibly.ts";
import type { Progress } from "./Progress.ts";

/** What the lab takes from Debian: the package, and the file by which it is recognised (however it was installed). */
export interface DebianPackage {
    readonly name: string;
    readonly provides: string;
    /** The system service the package would start and enable; the lab runs its own instance instead. */
    readonly service?: string;
}

const rtpengine: DebianPackage = {
    name: "rtpengine-daemon",
    provides: "/usr/bin/rtpengine",
    service: "rtpengine-daemon",
};
export const sipp: DebianPackage = { name: "sip-tester", provides: "/usr/bin/sipp" };
export const baresip: DebianPackage = { name: "baresip-core", provides: "/usr/bin/baresip" };
export const kamailio: DebianPackage = { name: "kamailio", provides: "/usr/sbin/kamailio", service: "kamailio" };
export const linphone: DebianPackage = { name: "linphone-cli", provides: "/usr/bin/linphonec" };
/** Creates the certificates for specs that use TLS. Debian installs it with ca-certificates, which can be missing. */
const openssl: DebianPackage = { name: "openssl", provides: "/usr/bin/openssl" };
/** Its promtool checks the alert rules of contrib/. */
export const prometheus: DebianPackage = { name: "prometheus", provides: "/usr/bin/promtool", service: "prometheus" };
export const chromium: DebianPackage = { name: "chromium", provides: "/usr/bin/chromium" };
export const pythonVenv: DebianPackage = { name: "python3-venv", provides: "/usr/bin/python3" };

/** The neighbours of the bridge that the demo and the benches start. */
export const worldPackages: readonly DebianPackage[] = [rtpengine, sipp, chromium];

/** The specs also call phones and servers of other vendors. */
export const specPackages: readonly DebianPackage[] = [
    ...worldPackages,
    baresip,
    kamailio,
    linphone,
    openssl,
    prometheus,
];

export function missingOf(packages: readonly DebianPackage[]): DebianPackage[] {
    return packages.filter((debianPackage) => !existsSync(debianPackage.provides));
}

/**
 * Installs packages with apt-get, as root or through `sudo -n`, showing what it does. Their system services are neither
 * started nor left enabled.
 * @throws InstallError with the command to run by hand.
 */
export async function installDebianPackages(packages: readonly DebianPackage[], progress: Progress): Promise<void> {
    if (packages.length === 0) return;
    const names = packages.map((debianPackage) => debianPackage.name).join(" ");
    const command = `apt-get update && apt-get install ${names}`;
    const foreign = foreignSystem(existsSync(osRelease) ? readFileSync(osRelease, "utf8") : "");
    if (foreign !== undefined) {
        throw new InstallError(
            `missing Debian packages: ${names}. This system is ${foreign}. On Debian 12 or newer, run as root: ${command}`,
        );
    }
    if (!existsSync("/usr/bin/apt-get")) {
        throw new InstallError(
            `missing Debian packages: ${names}; apt-get is missing too. Install apt-get, then run as root: ${command}`,
        );
    }
    const asRoot = rootCommand();
    if (asRoot === undefined) throw new InstallError(`missing Debian packages: ${names}. Run as root: ${command}`);
    const step = progress.begin(`Installing Debian packages: ${names}`);
    const services = packages.flatMap(({ service }) => service ?? []);
    const [program, ...args] = [...asRoot, "sh", "-c", installScript, "install", services.join(" "), names];
    const exitCode = await runVisibly(program, args, { DEBIAN_FRONTEND: "noninteractive" }, step);
    const stillMissing = missingOf(packages).map((debianPackage) => debianPackage.name);
    if (exitCode !== 0 || stillMissing.length > 0) {
        step.fail();
        throw new InstallError(
            `apt-get failed to install ${stillMissing.join(" ") || names} (output above); check the network, then run as root: ${command}`,
        );
    }
    step.done();
}

const osRelease = "/etc/os-release";

function rootCommand(): readonly string[] | undefined {
    if (process.getuid?.() === 0) return [];
    // -n: never ask for a password; a hidden prompt would look like a hang.
    return spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0 ? ["sudo", "-n"] : undefined;
}

/**
 * Runs as root; $1: services, $2: packages. A package's service would start immediately, on the default ports, so
 * /usr/sbin/policy-rc.d (Debian Policy 9.3.3.2: exit 101 forbids starting) stands for as long as apt-get runs and goes
 * however this shell ends. An administrator's own policy file is respected. Afterwards the services are disabled, so that
 * the next boot does not start them either.
 */
const installScript = `
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM HUP
    printf '#!/bin/sh\\nexit 101\\n' > "$policy" && chmod 755 "$policy" || exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q || exit 1
apt-get install -q -y --no-install-recommends $2 || exit 1
for service in $1; do
    command -v systemctl > /dev/null && systemctl disable --quiet "$service" 2> /dev/null
done
exit 0
`;
