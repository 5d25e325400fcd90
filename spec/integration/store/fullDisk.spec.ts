import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NedbDirectory } from "../../../lib/store/NedbDirectory.ts";
import { KeptLog } from "../../support/quiet.ts";
import { JournalInbox } from "../../../lib/store/JournalInbox.ts";
import { alice, bob, CallsWorld } from "../../support/matrix/CallsWorld.ts";
import { browserDescription } from "../../support/matrix/descriptions.ts";

const isRoot = process.getuid?.() === 0;
const sdp = browserDescription();
let folder: string;

/** The real stores on a file system of 256 KiB. Only root can mount one. */
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "full-disk-"));
    if (isRoot) execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder]);
});

afterEach(() => {
    if (isRoot) execFileSync("umount", ["-l", folder]);
    rmdirSync(folder);
});

function fill(): void {
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(join(folder, "other"), Buffer.alloc(bavail * bsize));
}

describe.runIf(isRoot)("a full disk (needs root, to mount a small file system)", () => {
    it("rejects a call before anything is created, and accepts calls again once there is room", async () => {
        const directory = await NedbDirectory.open(folder);
        const world = new CallsWorld({ directory });
        fill();
        for (let call = 0; call < 3; call++) {
            await expect(world.dial(alice, bob).leg.offer(sdp)).rejects.toMatchObject({
                endCause: "serviceUnavailable",
            });
        }
        expect([world.homeserver.requests, world.homeserver.rooms]).toEqual([[], []]);
        rmSync(join(folder, "other"));
        await world.ringing();
        expect(world.homeserver.rooms).toHaveLength(1);
        await directory.close();
    });

    it("does not accept a delivery of the homeserver, and keeps the journal readable", async () => {
        const log = new KeptLog();
        const inbox = JournalInbox.open(folder, log);
        await inbox.store([{ eventId: "$1", event: {} }]);
        fill();
        // a part of it fits into the last page
        const large = { eventId: "$2", event: { body: "x".repeat(8_192) } };
        expect(() => inbox.store([large])).toThrow("ENOSPC");
        rmSync(join(folder, "other"));
        await inbox.store([large]);
        await inbox.close();
        expect(JournalInbox.open(folder, log).load().unfinished).toEqual([{}, large.event]);
        expect(log.lines).toEqual([]);
    });
});

describe.skipIf(isRoot)("a full disk", () => {
    it.skip("is not tried: only root can mount a small file system", () => undefined);
});
