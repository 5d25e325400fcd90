import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { StoreLock } from "../../../lib/store/StoreLock.ts";

const inUse = /another bridge uses it/;
let folder: string;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lock-"));
});

afterEach(() => {
    rmSync(folder, { recursive: true });
});

/** A program that takes the lock, says so, and runs `then`. */
function program(then: string): readonly string[] {
    const module = JSON.stringify(new URL("../../../lib/store/StoreLock.ts", import.meta.url).href);
    const text = `const { StoreLock } = await import(${module});
        globalThis.lock = StoreLock.acquire(${JSON.stringify(folder)}); console.log("locked"); ${then}`;
    return ["--input-type=module", "--eval", text];
}

it("rejects a second bridge in the same process and in another one", async () => {
    const lock = StoreLock.acquire(folder);
    expect(() => StoreLock.acquire(folder)).toThrow(inUse);
    await expect(promisify(execFile)(process.execPath, program(""))).rejects.toMatchObject({
        stderr: expect.stringMatching(inUse) as string,
    });
    lock.release();
    StoreLock.acquire(folder).release();
});

it("ends with a process that is killed", async () => {
    const other = spawn(process.execPath, program("setInterval(() => {}, 1_000);"), {
        stdio: ["ignore", "pipe", "inherit"],
    });
    await once(other.stdout, "data");
    expect(() => StoreLock.acquire(folder)).toThrow(inUse);
    other.kill("SIGKILL");
    await once(other, "exit");
    StoreLock.acquire(folder).release();
});

it("creates the directory and a file that only the owner can read", () => {
    const made = join(folder, "made", "here");
    StoreLock.acquire(made).release();
    expect(statSync(join(made, "bridge.lock")).mode & 0o777).toBe(0o600);
});

it("reports a directory that cannot be created", () => {
    expect(() => StoreLock.acquire("/dev/null/store")).toThrow(
        /store.path: cannot use .*: \/dev\/null is not a directory/,
    );
});
