import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { stringify } from "yaml";
import { installWorld } from "../install/installWorld.ts";
import { terminalProgress } from "../install/Progress.ts";
import { freePort, loopback } from "../world/freePort.ts";
import { Synapse } from "../world/Synapse.ts";
import { until } from "../world/until.ts";
import type { Check } from "./Check.ts";
import { checkUnderSystemd } from "./checkUnderSystemd.ts";
import { Chroot } from "./Chroot.ts";
import { NotifySocket } from "./NotifySocket.ts";
import { shippedFiles } from "./stageFiles.ts";

export interface PackageTest {
    /** The name of a Debian release. */
    readonly suite: string;
    /** The package, and one of a later version. */
    readonly file: string;
    readonly upgrade: string;
}

const NAME = "matrix-appservice-sip";
const ETC = `/etc/${NAME}`;
const DATA = `/var/lib/${NAME}`;
/** What the package depends on, and what boots the system; debootstrap installs it. */
const DEPENDENCIES = ["adduser", "ca-certificates", "libstdc++6", "systemd", "systemd-sysv"];
const START_MS = 90_000;

/** Installs, registers, runs, upgrades, removes and purges the package in a fresh Debian system, and prints each check. */
export async function testDebianPackage(test: PackageTest): Promise<{ passed: number; failed: number }> {
    await installWorld(terminalProgress());
    const chroot = Chroot.create(test.suite, DEPENDENCIES);
    const tally = { passed: 0, failed: 0 };
    const check = (what: string, isTrue: boolean, details = ""): void => {
        tally[isTrue ? "passed" : "failed"] += 1;
        console.log(`${isTrue ? "ok    " : "FAILED"} ${what}${isTrue || details === "" ? "" : `:\n${details}`}`);
    };
    try {
        checkInstallation(chroot, test, check);
        checkSipServer(chroot, check);
        await checkService(chroot, test, check);
        checkUpgradeAndPurge(chroot, test, check);
    } finally {
        chroot.remove();
    }
    return tally;
}

function install(chroot: Chroot, file: string): { code: number; output: string } {
    return chroot.run(["dpkg", "--install", copyInto(chroot, file)]);
}

/** Copies a package into the system, and returns its path there. */
function copyInto(chroot: Chroot, file: string): string {
    const path = join("/root", basename(file));
    copyFileSync(file, join(chroot.path, path));
    return path;
}

function checkInstallation(chroot: Chroot, { file }: PackageTest, check: Check): void {
    const { code, output } = install(chroot, file);
    check("the package installs", code === 0, output);
    check("its user exists", chroot.run(["id", NAME]).code === 0);
    const mode = (path: string): string => chroot.run(["stat", "--format=%a %U:%G", path]).output.trim();
    check("config.yaml has mode 0640", mode(`${ETC}/config.yaml`) === `640 root:${NAME}`, mode(`${ETC}/config.yaml`));
    check("the data directory belongs to the service", mode(DATA) === `750 ${NAME}:${NAME}`, mode(DATA));
    const help = chroot.run([NAME, "--help"]);
    check("--help works", help.code === 0 && help.output.includes("check-config"), help.output);
    const missing = shippedFiles().filter((name) => !chroot.has(join("/usr/lib", NAME, name)));
    check("it has all files that npm's package has", missing.length === 0, missing.join(", "));
    const sample = chroot.run([NAME, "check-config", "-c", `${ETC}/config.yaml`]);
    check("the installed config.yaml has no errors", sample.code === 0, sample.output);
    for (const unit of [`${NAME}.service`, `${NAME}-server.service`]) {
        const path = `/usr/lib/systemd/system/${unit}`;
        const verified = chroot.run(["systemd-analyze", "verify", path]);
        check(`systemd accepts ${unit}`, verified.code === 0, verified.output);
        const security = ["systemd-analyze", "security", "--offline=true", "--threshold=30", "--no-pager", path];
        const exposure = chroot.run(security);
        check(`the exposure level of ${unit} is below 3`, exposure.code === 0, exposure.output.slice(-200));
    }
}

/** Runs the service as its unit does, against a real homeserver. */
async function checkService(chroot: Chroot, { upgrade }: PackageTest, check: Check): Promise<void> {
    const [synapsePort, bridgePort, sipPort] = [await freePort(), await freePort(), await freePort()];
    const config = {
        homeserver: { url: `http://${loopback}:${synapsePort}`, domain: "matrix.example" },
        appservice: { port: bridgePort },
        sip: { listen: [`udp:${loopback}:${sipPort}`, `tcp:${loopback}:${sipPort}`] },
        media: "none",
    };
    writeFileSync(join(chroot.path, ETC, "config.yaml"), stringify(config));
    const url = `http://${loopback}:${bridgePort}`;
    const files = ["-c", `${ETC}/config.yaml`, "-f", `${ETC}/registration.yaml`];
    const registered = chroot.run([NAME, "-r", ...files, "-u", url]);
    check("the registration is written", registered.code === 0, registered.output);
    chroot.run(["chmod", "640", `${ETC}/registration.yaml`]);
    const synapse = await Synapse.start({
        port: synapsePort,
        registrations: [join(chroot.path, ETC, "registration.yaml")],
    });
    const socket = await NotifySocket.open(join(chroot.path, "run", "notify"));
    try {
        const service = startService(chroot, files);
        const isReady = (): true | undefined => (socket.received().includes("READY=1") ? true : undefined);
        await until(isReady, { what: "the service to be ready", timeoutMs: START_MS }).catch(() => undefined);
        check("the service notifies systemd when it is ready", isReady() === true, service.output());
        const code = await service.stop();
        check("the service exits with 0 after SIGTERM", code === 0, `exit code ${code}\n${service.output()}`);
        check("the service notifies systemd when it stops", socket.received().includes("STOPPING=1"));
        check("the service has written its data", chroot.has(`${DATA}/rooms.db`));
        await chroot.withoutProc(() => checkUnderSystemd(chroot, { upgrade: copyInto(chroot, upgrade), check }));
    } finally {
        socket.close();
        await synapse.stop();
    }
}

function startService(chroot: Chroot, files: readonly string[]): { output: () => string; stop: () => Promise<number> } {
    const args = [`--userspec=${NAME}:${NAME}`, chroot.path, `/usr/bin/${NAME}`, ...files];
    const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", NOTIFY_SOCKET: "/run/notify" };
    const child: ChildProcess = spawn("chroot", args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding("utf8").on("data", (text: string) => {
            output += text;
        });
    }
    const exited = once(child, "exit");
    return {
        output: () => output.slice(-3_000),
        stop: async () => {
            child.kill("SIGTERM");
            const [code] = (await exited) as [number | null];
            return code ?? -1;
        },
    };
}

/** Starts the SIP server with the command of its unit; it exits when its standard input ends. */
function checkSipServer(chroot: Chroot, check: Check): void {
    const program = `/usr/lib/${NAME}/bin/node /usr/lib/${NAME}/dist/sip-server/main.js`;
    const options = "--control 127.0.0.1:0 --secret-file /root/secret --sip udp/127.0.0.1:0 --stop-with-stdin";
    const { code, output } = chroot.run(["sh", "-c", `echo secret > /root/secret; sleep 1 | ${program} ${options}`]);
    check("the SIP server listens and stops", code === 0 && output.includes('"event":"listening"'), output);
}

function checkUpgradeAndPurge(chroot: Chroot, { upgrade }: PackageTest, check: Check): void {
    const config = join(chroot.path, ETC, "config.yaml");
    const before = { text: readFileSync(config, "utf8"), mode: statSync(config).mode };
    const { code, output } = install(chroot, upgrade);
    check("an upgrade installs", code === 0, output);
    check("it keeps a changed configuration", readFileSync(config, "utf8") === before.text);
    check("it keeps the mode of the configuration", statSync(config).mode === before.mode);
    check("it keeps the data", chroot.has(`${DATA}/rooms.db`));
    const removed = chroot.run(["dpkg", "--remove", NAME]);
    check("removal succeeds", removed.code === 0, removed.output);
    check("removal keeps configuration and data", chroot.has(`${ETC}/config.yaml`) && chroot.has(`${DATA}/rooms.db`));
    check("removal deletes the program", !chroot.has(`/usr/lib/${NAME}`) && !chroot.has(`/usr/bin/${NAME}`));
    const purged = chroot.run(["dpkg", "--purge", NAME]);
    check("purge succeeds", purged.code === 0, purged.output);
    check("purge deletes configuration and data", !chroot.has(ETC) && !chroot.has(DATA));
    check("purge deletes the user", chroot.run(["id", NAME]).code !== 0);
}
