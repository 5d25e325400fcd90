import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";

const program = fileURLToPath(new URL("../../../lib/sip-server/main.ts", import.meta.url));

export type ListeningLine = {
    readonly event: "listening";
    readonly pid: number;
    readonly version: string;
    readonly control: { readonly host: string; readonly port: number };
    readonly sip: readonly { readonly transport: string; readonly host: string; readonly port: number }[];
    readonly metrics: { readonly host: string; readonly port: number } | null;
};

export type Ended = { readonly code: number | null; readonly stdout: readonly string[]; readonly stderr: string };

/** The SIP server as its parent starts it: a process of its own that is known by its stdout line and its exit code. */
export class SipServerProcess {
    static readonly secret = "s3cret";
    readonly child: ChildProcess;
    readonly #stdout: string[] = [];
    readonly #exited: Promise<number | null>;
    readonly #allRead: Promise<unknown>;
    #stderr = "";

    /** `env` replaces the secret in the environment; `ipc` opens an IPC channel. */
    constructor(
        argv: readonly string[],
        env: NodeJS.ProcessEnv = { SIP_SERVER_SECRET: SipServerProcess.secret },
        ipc = false,
    ) {
        this.child = spawn(process.execPath, [program, ...argv], {
            env: { PATH: process.env["PATH"], ...env },
            stdio: ["pipe", "pipe", "pipe", ...(ipc ? (["ipc"] as const) : [])],
        });
        const { stdout, stderr } = this.child;
        if (stdout === null || stderr === null) throw new Error("no pipes");
        // Not the child's "close": it never comes once the parent has ended the IPC channel.
        this.#exited = new Promise((resolve) => this.child.on("exit", resolve));
        this.#allRead = Promise.all([finished(stdout), finished(stderr)]);
        createInterface({ input: stdout }).on("line", (line) => this.#stdout.push(line));
        stderr.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    }

    /** Starts on free ports of loopback, over UDP and TCP, and resolves once it listens. */
    static async start(...argv: readonly string[]): Promise<[SipServerProcess, ListeningLine]> {
        const sip = ["--sip", "udp/127.0.0.1:0", "--sip", "tcp/127.0.0.1:0"];
        const server = new SipServerProcess(["--control", "127.0.0.1:0", ...sip, ...argv]);
        return [server, await server.listening()];
    }

    /** Rejects if it ends before it listens. */
    async listening(): Promise<ListeningLine> {
        const ended = this.ended().then(({ code, stderr }) => {
            throw new Error(`ended with ${String(code)} instead of listening:\n${stderr}`);
        });
        const line = (async () => {
            while (this.#stdout[0] === undefined) await once(this.child.stdout ?? this.child, "data");
            return JSON.parse(this.#stdout[0]) as ListeningLine;
        })();
        return Promise.race([line, ended]);
    }

    /** Resolves once it has ended and all it said was read. */
    async ended(): Promise<Ended> {
        const [code] = await Promise.all([this.#exited, this.#allRead]);
        return { code, stdout: this.#stdout, stderr: this.#stderr };
    }

    async stop(): Promise<Ended> {
        this.child.kill("SIGTERM");
        return this.ended();
    }
}
