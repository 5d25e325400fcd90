import {
    appendFileSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MatrixRoomId, MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import { NedbDirectory } from "../../../lib/store/NedbDirectory.ts";

const alice = "@alice:matrix.example" as MatrixUserId;
const bob = "@sip_bob:matrix.example" as MatrixUserId;
const [one, two] = ["!one:matrix.example", "!two:matrix.example"] as [MatrixRoomId, MatrixRoomId];

let folder: string;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "directory-"));
});

afterEach(() => {
    rmSync(folder, { recursive: true });
});

async function filled(): Promise<NedbDirectory> {
    const directory = await NedbDirectory.open(folder);
    await directory.rememberRoom({ user: alice, ghost: bob }, one);
    await directory.rememberRoom({ user: alice, ghost: bob }, two);
    await directory.rememberGhost({ userId: bob, displayName: "Bob" });
    return directory;
}

async function expectAllOf(directory: NedbDirectory): Promise<void> {
    expect(await directory.roomBetween(alice, bob)).toBe(two);
    expect(await directory.pairOf(one)).toEqual({ user: alice, ghost: bob });
    expect(await directory.ghost(bob)).toEqual({ userId: bob, displayName: "Bob" });
}

it("keeps its files readable by the owner only, also after a compaction and those of earlier versions", async () => {
    for (const name of ["users.db", "rooms.db"]) writeFileSync(join(folder, name), "", { mode: 0o644 });
    const directory = await filled();
    // compacts
    await directory.close();
    const modes = ["users.db", "rooms.db"].map((name) => statSync(join(folder, name)).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600]);
});

it("reports whether it can be written", async () => {
    const directory = await filled();
    await expect(directory.verifyWritable()).resolves.toBeUndefined();
    expect(readdirSync(folder).sort()).toEqual(["rooms.db", "users.db"]);
    await directory.close();
    rmSync(folder, { recursive: true });
    await expect(directory.verifyWritable()).rejects.toMatchObject({ name: "StoreError" });
    mkdirSync(folder);
});

it("creates its directory", async () => {
    const directory = await NedbDirectory.open(join(folder, "made", "again"));
    await directory.rememberGhost({ userId: bob, displayName: "Bob" });
    await directory.close();
    expect(readFileSync(join(folder, "made", "again", "users.db"), "utf8")).toContain("Bob");
});

describe("after a restart", () => {
    it("loads every record", async () => {
        await (await filled()).close();
        const again = await NedbDirectory.open(folder);
        await expectAllOf(again);
        await again.forgetRoom(two);
        await again.close();
        const third = await NedbDirectory.open(folder);
        expect(await third.roomBetween(alice, bob)).toBe(one);
        await third.close();
    });

    it("loads every record after a crash", async () => {
        const killed = await filled();
        const again = await NedbDirectory.open(folder);
        await expectAllOf(again);
        await again.close();
        await killed.close();
    });

    it("drops an incomplete last line", async () => {
        const rooms = join(folder, "rooms.db");
        await (await filled()).close();
        appendFileSync(rooms, '{"id":"!three:matr');
        const again = await NedbDirectory.open(folder);
        await expectAllOf(again);
        await again.close();
    });

    it("ignores records that are not pairs", async () => {
        await (await filled()).close();
        const bad = { id: "!three:x", matrix_id: "!three:x", remote_id: "x", remote: { user: 7 }, _id: "bad" };
        appendFileSync(join(folder, "rooms.db"), `${JSON.stringify(bad)}\n`);
        const again = await NedbDirectory.open(folder);
        expect(await again.pairOf("!three:x" as MatrixRoomId)).toBeUndefined();
        await again.close();
    });
});

describe("the error names the file that cannot be used", () => {
    it.each(["users.db", "rooms.db"])("%s is not a store", async (name) => {
        writeFileSync(join(folder, name), "this is\nno store\n");
        await expect(NedbDirectory.open(folder)).rejects.toMatchObject({
            name: "StoreError",
            filename: join(folder, name),
            message: expect.stringMatching(/cannot use .*: 2 of its 2 lines cannot be read/) as string,
        });
    });

    it("rooms.db is a directory", async () => {
        mkdirSync(join(folder, "rooms.db"));
        await expect(NedbDirectory.open(folder)).rejects.toMatchObject({ name: "StoreError" });
    });

    it("the directory is a file", async () => {
        writeFileSync(join(folder, "file"), "");
        await expect(NedbDirectory.open(join(folder, "file"))).rejects.toMatchObject({ name: "StoreError" });
    });
});
