import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Check } from "./Check.ts";
import type { Chroot } from "./Chroot.ts";
import { SystemdMachine } from "./SystemdMachine.ts";

const NAME = "matrix-appservice-sip";
const CONFIG = `/etc/${NAME}/config.yaml`;

/**
 * Boots the system and lets systemd run the installed service: start, wrong configuration, upgrade, stop and removal. The
 * configuration and the registration must be in place, and the homeserver must be running.
 * @param upgrade path within the system of a package of a later version
 */
export async function checkUnderSystemd(
    chroot: Chroot,
    { upgrade, check }: { readonly upgrade: string; readonly check: Check },
): Promise<void> {
    // maintainer scripts start and stop services from here on
    rmSync(join(chroot.path, "usr", "sbin", "policy-rc.d"), { force: true });
    const machine = await SystemdMachine.boot(chroot.path).catch((error: unknown) => {
        console.log(`skip   the service under systemd, which cannot be booted here: ${String(error)}`);
    });
    if (machine === undefined) return;
    try {
        checkStart(machine, check);
        checkWrongConfiguration(machine, chroot, check);
        checkUpgrade(machine, upgrade, check);
        checkStop(machine, check);
        checkRemoval(machine, check);
    } finally {
        await machine.stop();
    }
}

function checkStart(machine: SystemdMachine, check: Check): void {
    const { code } = machine.run(["systemctl", "start", NAME]);
    check("systemd starts the service and is notified", code === 0, journal(machine));
    const exposure = machine.run(["systemd-analyze", "security", "--threshold=30", "--no-pager", NAME]);
    check("the exposure level of the running service is below 3", exposure.code === 0, exposure.output.slice(-200));
}

function checkWrongConfiguration(machine: SystemdMachine, chroot: Chroot, check: Check): void {
    const path = join(chroot.path, CONFIG);
    const right = readFileSync(path, "utf8");
    writeFileSync(path, `${right}prot: 1\n`);
    machine.run(["systemctl", "restart", NAME]);
    const state = `${property(machine, "ActiveState")} ${property(machine, "ExecMainStatus")}`;
    check("a wrong configuration ends the service without a restart", state === "failed 2", state);
    check("the journal names the wrong key", journal(machine).includes("prot: is not a known key"), journal(machine));
    writeFileSync(path, right);
    check("it starts with the right configuration", machine.run(["systemctl", "start", NAME]).code === 0);
}

function checkUpgrade(machine: SystemdMachine, file: string, check: Check): void {
    const before = property(machine, "MainPID");
    const { code, output } = machine.run(["dpkg", "--install", file]);
    check("an upgrade of the running service asks no questions", code === 0, output);
    const isRestarted = property(machine, "ActiveState") === "active" && property(machine, "MainPID") !== before;
    check("the upgrade restarts the service", isRestarted, journal(machine));
}

function checkStop(machine: SystemdMachine, check: Check): void {
    machine.run(["systemctl", "stop", NAME]);
    check("a stopped service leaves no process", ownProcesses(machine) === "", ownProcesses(machine));
}

function checkRemoval(machine: SystemdMachine, check: Check): void {
    machine.run(["systemctl", "start", NAME]);
    const { code, output } = machine.run(["dpkg", "--remove", NAME]);
    check("the running service can be removed", code === 0, output);
    check("removal leaves no process", ownProcesses(machine) === "", ownProcesses(machine));
}

function property(machine: SystemdMachine, name: string): string {
    return machine.run(["systemctl", "show", "--value", `--property=${name}`, NAME]).output.trim();
}

function journal(machine: SystemdMachine): string {
    return machine.run(["journalctl", "--no-pager", "--lines=30", `--unit=${NAME}`]).output;
}

function ownProcesses(machine: SystemdMachine): string {
    const script = `for each in /proc/[0-9]*; do [ "$(stat -c %U $each)" != ${NAME} ] || cat $each/cmdline; done`;
    return machine.run(["sh", "-c", script]).output.replaceAll("\0", " ");
}
