import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { notifySystemd } from "../../../lib/assembly/notifySystemd.ts";
import { KeptLog } from "../../support/quiet.ts";

let folder: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "notify-spec-"));
});
afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
});

/** Puts a program of the name systemd-notify first in PATH, which writes its arguments to a file. */
function installNotifier(exitCode = 0): string {
    const received = join(folder, "received");
    writeFileSync(join(folder, "systemd-notify"), `#!/bin/sh\necho "$*" > "${received}"\nexit ${exitCode}\n`, {
        mode: 0o755,
    });
    vi.stubEnv("PATH", `${folder}:${process.env["PATH"] ?? ""}`);
    return received;
}

describe("notifySystemd", () => {
    it("sends the state through systemd-notify if a unit waits for it", async () => {
        const received = installNotifier();
        vi.stubEnv("NOTIFY_SOCKET", "/run/systemd/notify");

        await notifySystemd("READY=1", new KeptLog());

        expect(readFileSync(received, "utf8")).toBe("READY=1\n");
    });

    it("sends nothing if the process was not started by such a unit", async () => {
        const received = installNotifier();
        vi.stubEnv("NOTIFY_SOCKET", undefined);

        await notifySystemd("READY=1", new KeptLog());

        expect(existsSync(received)).toBe(false);
    });

    it("logs a warning and goes on if systemd-notify fails", async () => {
        installNotifier(1);
        vi.stubEnv("NOTIFY_SOCKET", "/run/systemd/notify");
        const log = new KeptLog();

        await notifySystemd("STOPPING=1", log);

        expect(log.lines).toEqual(["warn: systemd not notified"]);
    });
});
