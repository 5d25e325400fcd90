import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { makeRunDirectory } from "../../../lab/labFolder.ts";
import { LabProcess } from "../../../lab/world/LabProcess.ts";
import { until } from "../../../lab/world/until.ts";

function start(command: string, ...args: string[]): LabProcess {
    return LabProcess.start({ name: "spec", command, args, directory: makeRunDirectory("spec") });
}

function gone(pid: number): Promise<true> {
    const wait = { what: `process ${pid} to be gone`, timeoutMs: 5_000 };
    return until(() => (existsSync(`/proc/${pid}`) ? undefined : true), wait);
}

test("what a parent started dies with it, however it dies", async () => {
    const parent = `
        import { LabProcess } from "${import.meta.resolve("../../../lab/world/LabProcess.ts")}";
        const child = LabProcess.start({ name: "child", command: "sleep", args: ["600"], directory: process.cwd() });
        console.log(child.pid);
        setInterval(() => undefined, 1000);
    `;
    const running = spawn(process.execPath, ["--input-type=module", "--eval", parent], {
        cwd: makeRunDirectory("spec"),
        stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface({ input: running.stdout }), "line")) as [string];
    expect(existsSync(`/proc/${line}`)).toBe(true);
    running.kill("SIGKILL");
    await gone(Number(line));
});

test("a process that ends while it starts fails the wait immediately, with the end of its log", async () => {
    const running = start("sh", "-c", "echo no such luck >&2; exit 3");
    const never = running.ready(() => undefined, 60_000);
    await expect(never).rejects.toMatchObject({
        cause: { message: expect.stringContaining("no such luck") as string },
    });
});

test("a program that does not exist is reported", async () => {
    const running = start("/no/such/program");
    await expect(running.ready(() => undefined, 60_000)).rejects.toThrow("did not start");
});

test("a process that ignores SIGTERM is ended after the grace", async () => {
    const running = start("sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.05; done");
    await running.ready(() => (running.log().includes("up") ? true : undefined), 5_000);
    await running.stop(100);
    expect(await running.exited).toEqual({ code: null, signal: "SIGKILL" });
    await running.stop();
});
