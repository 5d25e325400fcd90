import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { SipServerProcess } from "../../support/sip-server/SipServerProcess.ts";
import { connectSrfApp } from "../../support/sip-server/srfApp.ts";

/** The contract between the SIP server and its parent process, as written in lib/sip-server/main.ts. */
const anywhere = ["--control", "127.0.0.1:0", "--sip", "udp/127.0.0.1:0"];

function start(...args: ConstructorParameters<typeof SipServerProcess>): SipServerProcess {
    const server = new SipServerProcess(...args);
    onTestFinished(() => void server.child.kill("SIGKILL"));
    return server;
}

describe("the SIP server as a child process", () => {
    it("tells in one line where it listens, and serves there", async () => {
        const server = start([...anywhere, "--sip", "tcp/127.0.0.1:0", "--metrics", "127.0.0.1:0"]);
        const listening = await server.listening();
        expect(listening).toMatchObject({ event: "listening", pid: server.child.pid, version: "v0.9.10-embedded" });
        const { app, hostports } = await connectSrfApp(listening.control.port, SipServerProcess.secret);
        expect(hostports).toBe(
            listening.sip.map(({ transport, host, port }) => `${transport}/${host}:${port}`).join(","),
        );
        const metrics = await fetch(`http://127.0.0.1:${listening.metrics?.port ?? 0}/metrics`);
        expect(await metrics.text()).toContain("\nsip_server_applications 1\n");
        app.disconnect();
        const { code, stdout } = await server.stop();
        expect({ code, lines: stdout.length }).toEqual({ code: 0, lines: 1 });
    });

    it.each(["SIGTERM", "SIGINT"] as const)("ends well on %s", async (signal) => {
        const server = start(anywhere);
        await server.listening();
        server.child.kill(signal);
        expect(await server.ended()).toMatchObject({ code: 0 });
    });

    it("ends when the IPC channel of its parent does", async () => {
        const server = start(anywhere, undefined, true);
        await server.listening();
        server.child.disconnect();
        expect(await server.ended()).toMatchObject({ code: 0 });
    });

    it("outlives its parent with --linger, until no application has been connected for that time", async () => {
        const directory = await mkdtemp(join(tmpdir(), "sip-server-"));
        onTestFinished(() => rm(directory, { recursive: true }));
        const stateFile = join(directory, "sip-server.json");
        const server = start([...anywhere, "--linger", "1", "--state-file", stateFile], undefined, true);
        const listening = await server.listening();
        const { app } = await connectSrfApp(listening.control.port, SipServerProcess.secret);
        const log = createInterface({ input: server.child.stderr ?? process.stdin });
        server.child.disconnect();
        for await (const line of log) if (line.includes("parent process ended")) break;
        expect(JSON.parse(readFileSync(stateFile, "utf8"))).toMatchObject(listening);
        expect(statSync(stateFile).mode & 0o777).toBe(0o600);
        app.disconnect();
        expect(await server.ended()).toMatchObject({ code: 0 });
        expect(existsSync(stateFile)).toBe(false);
    });

    it("waits for an address that the previous process still uses", async () => {
        const other = createServer().listen(0, "127.0.0.1");
        await once(other, "listening");
        const { port } = other.address() as AddressInfo;
        const server = start([...anywhere, "--sip", `tcp/127.0.0.1:${port}`]);
        await once(server.child.stderr ?? server.child, "data");
        other.close();
        expect((await server.listening()).sip[1]).toMatchObject({ port });
    });

    it("ends well even if its parent took the pipes along", async () => {
        const server = start(anywhere, undefined, true);
        await server.listening();
        server.child.stdout?.destroy();
        server.child.stderr?.destroy();
        const exited = once(server.child, "exit");
        server.child.disconnect();
        expect(await exited).toEqual([0, null]);
    });

    it("ends when stdin does, if told to", async () => {
        const server = start([...anywhere, "--stop-with-stdin"]);
        await server.listening();
        server.child.stdin?.end();
        expect(await server.ended()).toMatchObject({ code: 0 });
    });

    it("takes the secret from a file", async () => {
        const directory = await mkdtemp(join(tmpdir(), "sip-server-"));
        onTestFinished(() => rm(directory, { recursive: true }));
        writeFileSync(join(directory, "secret"), "from-file\n");
        const { control } = await start([...anywhere, "--secret-file", join(directory, "secret")], {}).listening();
        const { app } = await connectSrfApp(control.port, "from-file");
        app.disconnect();
    });

    it.each([
        ["without a secret", anywhere, {}, /^no secret; set SIP_SERVER_SECRET/],
        ["with an unknown option", ["--dance"], undefined, /^unknown option '--dance'/],
    ])("ends with 2 %s", async (_what, argv, env, complaint) => {
        const { code, stderr, stdout } = await start(argv, env).ended();
        expect(code).toBe(2);
        expect(stderr).toMatch(complaint);
        expect(stderr.trimEnd().split("\n")).toHaveLength(1);
        expect(stdout).toEqual([]);
    });

    it.each(["--control", "--sip", "--metrics"])("ends with 3 if %s is taken", async (option) => {
        const other = createServer().listen(0, "127.0.0.1");
        await once(other, "listening");
        onTestFinished(() => void other.close());
        const { port } = other.address() as AddressInfo;
        const taken = option === "--sip" ? `tcp/127.0.0.1:${port}` : `127.0.0.1:${port}`;
        const { code, stderr, stdout } = await start([...anywhere, "--bind-wait", "300", option, taken]).ended();
        expect(code).toBe(3);
        expect(stderr).toContain(`127.0.0.1:${port}`);
        expect(stdout).toEqual([]);
    });

    it("prints its help and ends with 0", async () => {
        const { code, stdout } = await start(["--help"], {}).ended();
        expect(code).toBe(0);
        expect(stdout.join("\n")).toContain("--secret-file <path>");
    });
});
