import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { installationId } from "../../../lib/store/installationId.ts";

let directory: string;

beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "store-"));
});

afterEach(() => rm(directory, { recursive: true }));

describe("the installation ID", () => {
    it("is created once and stays the same, in a file that only its owner can read", async () => {
        const id = await installationId(join(directory, "data"));
        expect(id).toMatch(/^[0-9a-f]{8}$/);
        expect(await installationId(join(directory, "data"))).toBe(id);
        expect((await stat(join(directory, "data", "installation-id"))).mode & 0o777).toBe(0o600);
    });

    it("differs between installations", async () => {
        expect(await installationId(join(directory, "a"))).not.toBe(await installationId(join(directory, "b")));
    });

    it("is an error that names the file if the file contains something else", async () => {
        await writeFile(join(directory, "installation-id"), "hello\n");
        await expect(installationId(directory)).rejects.toThrow(/installation-id: not an installation ID/);
    });
});
