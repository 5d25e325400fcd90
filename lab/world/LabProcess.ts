import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { until } from "./until.ts";
import type { ChildProcess } from "node:child_process";

/** How to start a program of the lab. Its output goes to `<directory>/<name>.log`. */
export interface ProcessPlan {
    readonly name: string;
    readonly command: string;
    readonly args: readonly string[];
    /** A directory of `makeRunDirectory`; also the working directory. */
    readonly directory: string;
    readonly env?: Readonly<Record<string, string>>;
    /** What the kernel sends it when this process exits; SIGTERM for a program whose own children would outlive a SIGKILL. */
    readonly deathSignal?: "KILL" | "TERM";
    /** It reads orders from its standard input, for `order`. */
    readonly takesOrders?: boolean;
}

export interface ExitStatus {
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
}

/** Every part of the lab that runs can be stopped; stopping twice is harmless. */
export interface Stoppable {
    stop(): Promise<void>;
}

/**
 * A child process that never outlives us. It is started through setpriv, so that the kernel kills it when this process exits,
 * for any reason. It has its own session, so that Ctrl-C reaches only this process, which stops everything in order.
 */
export class LabProcess implements Stoppable {
    readonly name: string;
    readonly logFile: string;
    readonly exited: Promise<ExitStatus>;
    readonly #child: ChildProcess;

    private constructor(plan: ProcessPlan, child: ChildProcess, logFile: string) {
        this.name = plan.name;
        this.logFile = logFile;
        this.#child = child;
        // Writing to one that has just ended.
        child.stdin?.on("error", () => undefined);
        this.exited = new Promise((resolve) => {
            child.on("exit", (code, signal) => resolve({ code, signal }));
            // Not started at all, as when setpriv is missing.
            child.on("error", () => resolve({ code: 127, signal: null }));
        });
    }

    static start(plan: ProcessPlan): LabProcess {
        const logFile = join(plan.directory, `${plan.name}.log`);
        const log = openSync(logFile, "a");
        const child = spawn("setpriv", ["--pdeathsig", plan.deathSignal ?? "KILL", "--", plan.command, ...plan.args], {
            cwd: plan.directory,
            env: { ...process.env, ...plan.env },
            stdio: [plan.takesOrders === true ? "pipe" : "ignore", log, log],
            detached: true,
        });
        closeSync(log);
        return new LabProcess(plan, child, logFile);
    }

    get pid(): number | undefined {
        return this.#child.pid;
    }

    get isRunning(): boolean {
        return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
    }

    /** What it printed so far. */
    log(): string {
        return readFileSync(this.logFile, "utf8");
    }

    /**
     * Resolves once `probe` gives something. If the process exits meanwhile, the wait fails immediately, with the end of its
     * log in the message.
     */
    async ready<T>(probe: () => Promise<T | undefined> | T | undefined, timeoutMs: number): Promise<T> {
        const probeWhileAlive = (): Promise<T | undefined> | T | undefined => {
            if (!this.isRunning) throw new Error(`${this.name} ended while starting.\n${this.#endOfLog()}`);
            return probe();
        };
        try {
            return await until(probeWhileAlive, { what: `${this.name} to be ready`, timeoutMs });
        } catch (error) {
            await this.stop();
            throw new Error(`${this.name} did not start; its log is ${this.logFile}`, { cause: error });
        }
    }

    /** Writes a line to its standard input. What it did with it shows in its log; one that has ended ignores it. */
    order(line: string): void {
        this.#child.stdin?.write(`${line}\n`);
    }

    signal(signal: NodeJS.Signals): void {
        this.#child.kill(signal);
    }

    /** Asks it to end and, `graceMs` later, insists. */
    async stop(graceMs = 5_000, signal: "SIGTERM" | "SIGINT" = "SIGTERM"): Promise<void> {
        if (!this.isRunning) return;
        this.signal(signal);
        const gracePeriod = new AbortController();
        const insisting = delay(graceMs, undefined, { signal: gracePeriod.signal }).then(
            () => this.signal("SIGKILL"),
            () => undefined,
        );
        await this.exited;
        gracePeriod.abort();
        await insisting;
    }

    #endOfLog(): string {
        return this.log().split("\n").slice(-20).join("\n");
    }
}

/** Answers HTTP with a success, or undefined while nothing listens: for `LabProcess.ready`. */
export async function answersHttp(url: string): Promise<true | undefined> {
    try {
        const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
        await response.body?.cancel();
        return response.ok ? true : undefined;
    } catch {
        return undefined;
    }
}
