import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { once } from "node:events";
import { until } from "../world/until.ts";
import type { Outcome } from "./Chroot.ts";

const BOOT_MS = 90_000;

/** A Debian system in a directory, booted with its own systemd in a container that shares the network of this machine. */
export class SystemdMachine {
    readonly #container: ChildProcess;
    readonly #systemd: number;

    private constructor(container: ChildProcess, systemd: number) {
        this.#container = container;
        this.#systemd = systemd;
    }

    /** Boots it with systemd-nspawn, which needs root and control groups. Resolves to undefined if that is not possible here. */
    static async boot(directory: string): Promise<SystemdMachine | undefined> {
        const options = ["--quiet", "--register=no", "--keep-unit", `--directory=${directory}`, "--boot"];
        const container = spawn("systemd-nspawn", options, { stdio: "ignore" });
        const hasFailed = Promise.race([once(container, "error"), once(container, "exit")]).then(() => undefined);
        const machine = await Promise.race([hasFailed, started(container)]);
        if (machine === undefined) container.kill();
        return machine;

        async function started(process: ChildProcess): Promise<SystemdMachine | undefined> {
            await once(process, "spawn");
            const isUp = (): SystemdMachine | undefined => {
                const systemd = childOf(process.pid);
                if (systemd === undefined) return undefined;
                const booted = new SystemdMachine(process, systemd);
                return /^(?:running|degraded)/.test(booted.run(["systemctl", "is-system-running"]).output)
                    ? booted
                    : undefined;
            };
            return until(isUp, { what: "systemd to boot", timeoutMs: BOOT_MS }).catch(() => undefined);
        }
    }

    /** Runs a program in the system, as root. */
    run(command: readonly string[]): Outcome {
        const namespaces = ["--target", String(this.#systemd), "--mount", "--uts", "--ipc", "--pid"];
        const { status, stdout, stderr } = spawnSync("nsenter", [...namespaces, "--", ...command], {
            encoding: "utf8",
            env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
        });
        return { code: status ?? 1, output: stdout + stderr };
    }

    /** Shuts it down. */
    async stop(): Promise<void> {
        const exited = once(this.#container, "exit");
        this.run(["systemctl", "poweroff"]);
        await exited;
    }
}

function childOf(pid: number | undefined): number | undefined {
    try {
        const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
        return child === undefined || child === "" ? undefined : Number(child);
    } catch {
        return undefined;
    }
}
