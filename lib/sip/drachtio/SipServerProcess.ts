import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

/** A SIP server that runs, whether this bridge started it or the one before. */
export interface SipServerProcess {
    readonly pid: number;
    /** Resolves when it is gone, with why. */
    readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
    kill(signal: NodeJS.Signals): void;
    /** Lets it run on without this process. */
    release(): void;
}

const POLL_MS = 200;

/** The program that the command line of a SIP server names. */
const PROGRAM = /sip-server\/main\.[jt]s/;

export function startedServer(child: ChildProcess): SipServerProcess {
    const exited = once(child, "exit").then(([code, signal]: unknown[]) => ({
        code: typeof code === "number" ? code : null,
        signal: typeof signal === "string" ? (signal as NodeJS.Signals) : null,
    }));
    return {
        pid: child.pid ?? 0,
        exited,
        kill: (signal) => void child.kill(signal),
        release: () => {
            if (child.connected) child.disconnect();
            child.stdout?.destroy();
            child.stderr?.destroy();
            child.unref();
        },
    };
}

/** The server with this process ID, or undefined if there is none: the ID may belong to another program by now. */
export function runningServer(pid: number): SipServerProcess | undefined {
    if (!isServer(pid)) return undefined;
    let stop = (): void => undefined;
    const exited = new Promise<{ code: null; signal: null }>((resolve) => {
        const poll = setInterval(() => {
            if (isServer(pid)) return;
            clearInterval(poll);
            resolve({ code: null, signal: null });
        }, POLL_MS).unref();
        stop = () => clearInterval(poll);
    });
    return {
        pid,
        exited,
        kill: (signal) => {
            if (isServer(pid)) process.kill(pid, signal);
        },
        release: () => stop(),
    };
}

/** By the command line, which Linux shows to every process of the same user. */
function isServer(pid: number): boolean {
    try {
        return PROGRAM.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
    } catch {
        return false;
    }
}
