import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InstallError } from "../install/InstallError.ts";

/** What a program printed, and how it exited. */
export interface Outcome {
    readonly code: number;
    readonly output: string;
}

/** A fresh, minimal Debian system in a directory. Its packages come from the mirror of this machine. Needs root. */
export class Chroot {
    readonly path: string;

    private constructor(path: string) {
        this.path = path;
    }

    /**
     * Creates the system with debootstrap.
     * @param suite the name of a Debian release
     * @param packages installed in addition to the essential ones
     * @throws Error with debootstrap's output
     */
    static create(suite: string, packages: readonly string[]): Chroot {
        const path = mkdtempSync(join(tmpdir(), `package-test-${suite}-`));
        // it becomes the root directory, which every user of the system must be able to enter
        chmodSync(path, 0o755);
        const args = ["--variant=minbase", `--include=${packages.join(",")}`, suite, path, mirror()];
        const { status, stdout, error } = spawnSync("debootstrap", args, { encoding: "utf8" });
        if (error !== undefined)
            throw new InstallError("debootstrap is missing; as root: apt install debootstrap", { cause: error });
        if (status !== 0) throw new Error(`debootstrap failed:\n${stdout.slice(-2_000)}`);
        const chroot = new Chroot(path);
        // services are started by hand: there is no systemd (Debian Policy 9.3.3.2)
        chroot.run([
            "sh",
            "-c",
            "printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d",
        ]);
        chroot.#mountProc();
        return chroot;
    }

    /** Runs a program in the system, as root. */
    run(command: readonly string[]): Outcome {
        const { status, stdout, stderr } = spawnSync("chroot", [this.path, ...command], {
            encoding: "utf8",
            env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
        });
        return { code: status ?? 1, output: stdout + stderr };
    }

    /** Whether the system has such a file or directory. */
    has(path: string): boolean {
        return existsSync(join(this.path, path));
    }

    /** Runs an action while the system has no /proc of this machine, so that it can be booted with its own. */
    async withoutProc(action: () => Promise<void>): Promise<void> {
        this.run(["umount", "/proc"]);
        try {
            await action();
        } finally {
            this.#mountProc();
        }
    }

    #mountProc(): void {
        this.run(["mount", "-t", "proc", "proc", "/proc"]);
    }

    remove(): void {
        this.run(["umount", "/proc"]);
        rmSync(this.path, { recursive: true, force: true });
    }
}

/** The Debian mirror that this machine's apt uses. */
function mirror(): string {
    const format = ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"];
    const uris = execFileSync("apt-get", format, { encoding: "utf8" }).split("\n");
    const debian = uris.find((uri) => /\/debian\/?$/.test(uri));
    if (debian === undefined) throw new Error("no Debian mirror found: apt-get indextargets lists none");
    return debian;
}
