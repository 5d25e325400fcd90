import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Log } from "../../ports/Log.ts";
import { readServerReport, type ServerReport } from "./ServerFolder.ts";
import { type SipServerProcess, startedServer } from "./SipServerProcess.ts";
import { relayServerLog, startFailureOf } from "./sipServerLog.ts";

const START_TIMEOUT_MS = 10_000;

/** As source or compiled, as this file is. */
const SERVER_PROGRAM = fileURLToPath(
    new URL(import.meta.url.endsWith(".ts") ? "../../sip-server/main.ts" : "../../sip-server/main.js", import.meta.url),
);

export interface ProgramOptions {
    /** Of lib/sip-server/main.ts. */
    readonly arguments: readonly string[];
    /** Given by the environment; undefined for a server that reads it from a file, and that can outlive this process. */
    readonly secret: string | undefined;
    readonly log: Log;
}

export interface RunningProgram {
    readonly server: SipServerProcess;
    readonly report: ServerReport;
}

/** Starts lib/sip-server as a process of its own, and relays its log. Rejects with the server's own error if it cannot listen. */
export async function startSipServerProgram({ arguments: args, secret, log }: ProgramOptions): Promise<RunningProgram> {
    const child = spawn(process.execPath, [...process.execArgv, SERVER_PROGRAM, ...args], {
        // with an IPC channel the server notices the end of this process, however it comes
        stdio: ["ignore", "pipe", "pipe", "ipc"],
        // a Ctrl-C in the terminal of the bridge is not for it
        detached: secret === undefined,
        env: { ...process.env, ...(secret !== undefined && { SIP_SERVER_SECRET: secret }) },
    });
    const lastLine = relayLog(child, log);
    try {
        return { report: readServerReport(await firstLine(child)), server: startedServer(child) };
    } catch (error) {
        child.kill("SIGKILL");
        const line = lastLine();
        if (line !== undefined) throw new Error(startFailureOf(line));
        throw error;
    }
}

/** Passes the server's log on; the returned function returns its last line, with the reason if it could not start. */
function relayLog(child: ChildProcess, log: Log): () => string | undefined {
    let last: string | undefined;
    if (child.stderr === null) return () => last;
    createInterface({ input: child.stderr }).on("line", (line) => {
        last = line;
        relayServerLog(log, line);
    });
    return () => last;
}

function firstLine(child: ChildProcess): Promise<string> {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error("it does not report in time")), START_TIMEOUT_MS);
        const fail = (error: Error): void => {
            clearTimeout(timer);
            reject(error);
        };
        child.once("error", fail);
        // `close`, not `exit`: by then its last line has been read
        child.once("close", (code) => fail(new Error(`it exited with ${code ?? "a signal"}`)));
        if (child.stdout === null) return fail(new Error("it has no output"));
        createInterface({ input: child.stdout }).once("line", (line) => {
            clearTimeout(timer);
            resolve(line);
        });
    });
}
