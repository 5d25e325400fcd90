import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RotatedFile } from "../../../lib/store/RotatedFile.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { KeptLog } from "../../support/quiet.ts";

describe("RotatedFile", () => {
    let directory: string;
    let clock: FakeClock;
    let log: KeptLog;

    beforeEach(async () => {
        directory = await mkdtemp(join(tmpdir(), "rotated-"));
        clock = new FakeClock();
        log = new KeptLog();
    });
    afterEach(() => rm(directory, { recursive: true, force: true }));

    const fileOf = (maxBytes: number, path = join(directory, "data", "calls.jsonl")): RotatedFile =>
        new RotatedFile({ path, maxBytes, keepFiles: 2, clock, log });
    const textOf = (name: string): Promise<string> => readFile(join(directory, "data", name), "utf8");

    it("writes the lines of one second together", async () => {
        const file = fileOf(1_000);
        file.append("one");
        clock.advance(900);
        file.append("two");
        expect(clock.pending).toBe(1);
        await expect(textOf("calls.jsonl")).rejects.toMatchObject({ code: "ENOENT" });
        clock.advance(100);
        await file.close();
        expect(await textOf("calls.jsonl")).toBe("one\ntwo\n");
    });

    it("writes what waits when it is closed, and leaves no timer", async () => {
        const file = fileOf(1_000);
        file.append("one");
        await file.close();
        expect(await textOf("calls.jsonl")).toBe("one\n");
        expect(clock.pending).toBe(0);
        expect((await stat(join(directory, "data", "calls.jsonl"))).mode & 0o777).toBe(0o600);
    });

    it("renames a file that has grown large, and keeps as many as configured", async () => {
        for (const line of ["first", "second", "third", "fourth"]) {
            const file = fileOf(5);
            file.append(line);
            await file.close();
        }
        expect((await readdir(join(directory, "data"))).sort()).toEqual([
            "calls.1.jsonl",
            "calls.2.jsonl",
            "calls.jsonl",
        ]);
        expect(await textOf("calls.2.jsonl")).toBe("second\n");
        expect(await fileOf(5).readLines()).toEqual(["third", "fourth"]);
    });

    it("logs lines that cannot be written, and writes later ones", async () => {
        const blocked = join(directory, "data");
        await writeFile(blocked, "");
        const file = fileOf(1_000);
        file.append("lost");
        clock.advance(1_000);
        await file.close();
        expect(log.lines).toEqual(["warn: call records not written"]);
        await rm(blocked);
        file.append("kept");
        await file.close();
        expect(await textOf("calls.jsonl")).toBe("kept\n");
    });
});
