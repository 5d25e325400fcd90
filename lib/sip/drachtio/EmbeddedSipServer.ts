import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";
import type { Clock } from "../../ports/Clock.ts";
import type { Log, LogFields } from "../../ports/Log.ts";
import type { DrachtioEndpoint } from "./connectDrachtio.ts";
import { fetchSipServerMetrics } from "./sipServerMetrics.ts";

const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 5_000;
/** Longer than the server of a killed bridge takes to end its calls. */
const PORT_WAIT_MS = 4_000;
const PORT_RETRY_MS = 250;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;
/** A server that ran for this long was all right: its end begins a new row of failures. */
const STEADY_MS = 60_000;

export interface SipBinding {
    readonly transport: "udp" | "tcp" | "tls" | "ws" | "wss";
    /** An address of this machine; IPv6 without brackets. */
    readonly host: string;
    /** 0 picks a free one. */
    readonly port: number;
}

export interface EmbeddedSipServerOptions {
    readonly clock: Clock;
    readonly log: Log;
    readonly bindings: readonly SipBinding[];
    /** Address to name in Via and Contact instead of the bound one, for a server behind NAT. */
    readonly advertise?: string;
    /** Further options of lib/sip-server/main.ts: TLS files, limits, hosts file. */
    readonly extraArguments?: readonly string[];
}

type ServerState =
    | { readonly phase: "stopped" | "starting" | "failed" }
    | {
          readonly phase: "running";
          readonly child: ChildProcess;
          readonly endpoint: DrachtioEndpoint;
          readonly metrics: NonNullable<Listening["metrics"]> | null;
      }
    | { readonly phase: "waiting"; readonly cancel: () => void };

/** The line the server writes once everything is bound. */
interface Listening {
    readonly control: { readonly host: string; readonly port: number };
    readonly sip: readonly SipBinding[];
    readonly metrics?: { readonly host: string; readonly port: number } | null;
}

/**
 * Runs lib/sip-server as a process of its own, with a secret only the two know, and starts it again when it dies. For
 * the rest of the bridge it is a drachtio-server like any other: its calls end when it dies.
 */
export class EmbeddedSipServer {
    readonly #options: EmbeddedSipServerOptions;
    readonly #secret = randomBytes(24).toString("base64url");
    #state: ServerState = { phase: "stopped" };
    /** Those who wait for the server that is being started. */
    readonly #waiters: PromiseWithResolvers<DrachtioEndpoint>[] = [];
    /** What the first start found free is kept by later ones, so that peers find the server where it was. */
    #controlPort = 0;
    #bindings: readonly SipBinding[];
    #deaths = 0;
    #startedAt = 0;

    constructor(options: EmbeddedSipServerOptions) {
        this.#options = options;
        this.#bindings = options.bindings;
    }

    /** The server's own metrics as text; empty while it is down, or without --metrics. Never rejects. */
    async metrics(): Promise<string> {
        return this.#state.phase === "running" && this.#state.metrics !== null
            ? fetchSipServerMetrics(this.#state.metrics)
            : "";
    }

    /** Where the server listens for SIP. */
    get bindings(): readonly SipBinding[] {
        return this.#bindings;
    }

    get pid(): number | undefined {
        return this.#state.phase === "running" ? this.#state.child.pid : undefined;
    }

    /** Where the control port is. Waits while the server is being started again; rejects when it is stopped. */
    endpoint(): Promise<DrachtioEndpoint> {
        if (this.#state.phase === "running") return Promise.resolve(this.#state.endpoint);
        if (this.#state.phase === "stopped") return Promise.reject(new Error("the embedded SIP server is stopped"));
        const waiter = Promise.withResolvers<DrachtioEndpoint>();
        this.#waiters.push(waiter);
        return waiter.promise;
    }

    /**
     * Resolves once the server listens. Rejects with the server's own error if it cannot: an address in use, a bad option. An
     * address in use is tried again for a while, because the server of a killed bridge ends its calls before it exits.
     */
    async start(): Promise<void> {
        const { clock, log } = this.#options;
        let inUseSince: number | undefined;
        for (;;) {
            try {
                await this.#launch();
                return;
            } catch (error) {
                const isInUse = error instanceof Error && error.message.includes("EADDRINUSE");
                if (!isInUse) throw error;
                if (inUseSince === undefined) {
                    inUseSince = clock.monotonic();
                    log.info("SIP port in use, waiting for the previous process", { error });
                }
                if (clock.monotonic() - inUseSince > PORT_WAIT_MS) throw error;
                await this.#pause(PORT_RETRY_MS, error);
            }
        }
    }

    /** Rejects with the error if the server is stopped meanwhile. */
    #pause(ms: number, error: Error): Promise<void> {
        return new Promise((resolve, reject) => {
            if (this.#phase() === "stopped") return reject(error);
            const stopTimer = this.#options.clock.startTimer(ms, resolve);
            const cancel = (): void => {
                stopTimer();
                reject(error);
            };
            this.#state = { phase: "waiting", cancel };
        });
    }

    /** Kills a server that hangs; it is started again like one that crashed. */
    replace(): void {
        if (this.#state.phase === "running") this.#state.child.kill("SIGKILL");
    }

    async #launch(): Promise<void> {
        this.#state = { phase: "starting" };
        const child = spawn(process.execPath, [...process.execArgv, SERVER_PROGRAM, ...this.#arguments()], {
            // with an IPC channel the server notices the end of this process, however it comes
            stdio: ["ignore", "pipe", "pipe", "ipc"],
            env: { ...process.env, SIP_SERVER_SECRET: this.#secret },
        });
        const lastLine = this.#relayLog(child);
        try {
            const line = await firstLine(child);
            if (this.#phase() === "stopped") throw new Error("it was stopped meanwhile");
            this.#listening(child, line);
        } catch (error) {
            child.kill("SIGKILL");
            if (this.#phase() !== "stopped") this.#state = { phase: "failed" };
            const line = lastLine();
            const reason =
                line === undefined ? (error instanceof Error ? error.message : String(error)) : tellingOf(line);
            throw new Error(`the embedded SIP server does not start: ${reason}`);
        }
        child.once("exit", (code, signal) => this.#died(child, code, signal));
    }

    /** Stops the server, which ends its calls first. Resolves once it has exited; it is killed if that takes too long. */
    async stop(): Promise<void> {
        const state = this.#state;
        this.#state = { phase: "stopped" };
        for (const { reject } of this.#waiters.splice(0)) reject(new Error("the embedded SIP server is stopped"));
        if (state.phase === "waiting") state.cancel();
        if (state.phase !== "running" || state.child.exitCode !== null || state.child.signalCode !== null) return;
        const gone = once(state.child, "exit");
        state.child.kill("SIGTERM");
        const timer = setTimeout(() => state.child.kill("SIGKILL"), STOP_TIMEOUT_MS);
        await gone;
        clearTimeout(timer);
    }

    /** A method, because the compiler assumes that the state is unchanged after an await. */
    #phase(): ServerState["phase"] {
        return this.#state.phase;
    }

    #listening(child: ChildProcess, line: string): void {
        const { control, sip, metrics = null } = readListening(line);
        this.#controlPort = control.port;
        this.#bindings = sip;
        this.#startedAt = this.#options.clock.monotonic();
        const endpoint = { ...control, secret: this.#secret };
        this.#state = { phase: "running", child, endpoint, metrics };
        for (const { resolve } of this.#waiters.splice(0)) resolve(endpoint);
        this.#options.log.info("embedded SIP server started", { sip, pid: child.pid });
    }

    #died(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
        if (this.#state.phase !== "running" || this.#state.child !== child) return;
        this.#options.log.error("embedded SIP server exited", { code, signal });
        if (this.#options.clock.monotonic() - this.#startedAt > STEADY_MS) this.#deaths = 0;
        this.#restartLater();
    }

    #restartLater(): void {
        const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(this.#deaths++, 10));
        const cancel = this.#options.clock.startTimer(delay, () => {
            this.start().catch((error: unknown) => {
                if (this.#phase() === "stopped") return;
                this.#options.log.error("failed to restart embedded SIP server", { error });
                this.#restartLater();
            });
        });
        this.#state = { phase: "waiting", cancel };
    }

    #arguments(): string[] {
        const { advertise, extraArguments } = this.#options;
        return [
            "--control",
            `127.0.0.1:${this.#controlPort}`,
            "--log-format",
            "json",
            ...this.#bindings.flatMap(({ transport, host, port }) => [
                "--sip",
                `${transport}/${host.includes(":") ? `[${host}]` : host}:${port}`,
            ]),
            ...(advertise === undefined ? [] : ["--advertise", advertise]),
            ...(extraArguments ?? []),
        ];
    }

    /** Passes the server's log on; the returned function tells its last line, which says why it could not start. */
    #relayLog(child: ChildProcess): () => string | undefined {
        let last: string | undefined;
        if (child.stderr === null) return () => last;
        createInterface({ input: child.stderr }).on("line", (line) => {
            last = line;
            relay(this.#options.log, line);
        });
        return () => last;
    }
}

/** As source or compiled, as this file is. */
const SERVER_PROGRAM = fileURLToPath(
    new URL(import.meta.url.endsWith(".ts") ? "../../sip-server/main.ts" : "../../sip-server/main.js", import.meta.url),
);

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

/** Our own program's line, so its form is not in doubt; a version of it that writes another must be noticed. */
function readListening(line: string): Listening {
    const report = JSON.parse(line) as Partial<Listening>;
    if (report.control === undefined || report.sip === undefined) throw new Error(`unexpected report: ${line}`);
    return { control: report.control, sip: report.sip, metrics: report.metrics ?? null };
}

/** Writes a line of the server's log as one of the bridge's, with the field `process`. */
function relay(log: Log, line: string): void {
    const { level, fields } = parseEntry(line);
    const { event, ...others } = fields;
    const values = { ...others, process: "sip-server" };
    const message = typeof event === "string" ? event : "SIP server log";
    switch (level) {
        case "error":
            return log.error(message, values);
        case "warn":
            return log.warn(message, values);
        case "debug":
            return log.debug(message, values);
        default:
            return log.info(message, values);
    }
}

/** The server's last line for the operator, without the stack trace of an internal error. */
function tellingOf(line: string): string {
    const { event, error } = parseEntry(line).fields;
    const told = [error, event].find((each) => typeof each === "string") ?? line;
    const [first = line] = told.split("\n", 1);
    return /^(?:bind|listen) E/.test(first) ? `${first}; see sip.listen` : first;
}

function parseEntry(line: string): { readonly level?: unknown; readonly fields: LogFields } {
    try {
        const entry: unknown = JSON.parse(line);
        if (typeof entry === "object" && entry !== null) {
            const { level, message, timestamp: _, ...fields } = entry as Record<string, unknown>;
            return { level, fields: { ...fields, event: message } };
        }
    } catch {
        // what the runtime itself writes is no JSON
    }
    return { level: "warn", fields: { line } };
}
