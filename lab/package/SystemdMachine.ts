import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { once } from "node:events";
import { until } from "../world/until.ts";
import type { Outcome } from "./Chroot.ts";

const BOOT_MS = 90_000;
const PRINTED_LENGTH = 2_000;

/** A Debian system in a directory, booted with its own systemd in a container that shares the network of this machine. */
export class SystemdMachine {
    readonly #container: ChildProcess;
    readonly #systemd: number;

    private constructor(container: ChildProcess, systemd: number) {
        this.#container = container;
        this.#systemd = systemd;
    }

    /**
     * Boots it with systemd-nspawn, which needs root and control groups. Services that start at boot may still be starting.
     * @throws Error with what systemd-nspawn printed, if it cannot boot here
     */
    static async boot(directory: string): Promise<SystemdMachine> {
        const options = ["--quiet", "--register=no", "--keep-unit", `--directory=${directory}`, "--boot"];
        const container = spawn("systemd-nspawn", options, { stdio: ["ignore", "pipe", "pipe"] });
        let printed = "";
        for (const stream of [container.stdout, container.stderr]) {
            stream.setEncoding("utf8").on("data", (text: string) => {
                printed = (printed + text).slice(-PRINTED_LENGTH);
            });
        }
        let isGone = false;
        const gone = Promise.race([once(container, "exit"), once(container, "error")]).then(() => (isGone = true));
        const booted = (): SystemdMachine | undefined => {
            if (isGone) throw new Error(`systemd-nspawn exited: ${printed}`);
            const systemd = childOf(container.pid);
            const machine = systemd === undefined ? undefined : new SystemdMachine(container, systemd);
            const state = machine?.run(["systemctl", "is-system-running"]).output ?? "";
            return /^(?:starting|running|degraded)/.test(state) ? machine : undefined;
        };
        try {
            return await until(booted, { what: "systemd to boot", timeoutMs: BOOT_MS, everyMs: 200 });
        } catch (error) {
            container.kill();
            await gone;
            throw new Error(`${error instanceof Error ? error.message : String(error)}\n${printed}`, { cause: error });
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
