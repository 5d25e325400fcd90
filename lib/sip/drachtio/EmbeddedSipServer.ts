import { randomBytes } from "node:crypto";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import type { DrachtioEndpoint } from "./DrachtioEndpoint.ts";
import { fetchSipServerMetrics } from "./sipServerMetrics.ts";
import { ServerFolder, type ServerReport } from "./ServerFolder.ts";
import { startSipServerProgram } from "./sipServerProgram.ts";
import { runningServer, type SipServerProcess } from "./SipServerProcess.ts";

const STOP_TIMEOUT_MS = 5_000;
/** Longer than the server of a killed bridge takes to end its calls. */
const PORT_WAIT_MS = 4_000;
const PORT_RETRY_MS = 250;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;
/** How long a server runs on without a bridge, and keeps its calls, in seconds. */
const LINGER_S = 60;
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
    /**
     * Folder for the state of a server that outlives the bridge: the next bridge with the same folder takes it over. Without
     * it the server ends with this process.
     */
    readonly folder?: string;
    /** Name by which the server keeps the calls of this bridge, see docs/design/sip-server.md. */
    readonly resumeName?: string;
}

type ServerState =
    | { readonly phase: "stopped" | "starting" | "failed" }
    | {
          readonly phase: "running";
          readonly server: SipServerProcess;
          readonly endpoint: DrachtioEndpoint;
          readonly metrics: ServerReport["metrics"];
      }
    | { readonly phase: "waiting"; readonly cancel: () => void };

/**
 * Runs lib/sip-server as a process of its own, with a secret only the two know, and starts it again when it dies. For
 * the rest of the bridge it is a drachtio-server like any other: its calls end when it dies. It can outlive the bridge.
 */
export class EmbeddedSipServer {
    readonly #options: EmbeddedSipServerOptions;
    readonly #folder: ServerFolder | undefined;
    readonly #secret: string;
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
        this.#folder = options.folder === undefined ? undefined : new ServerFolder(options.folder);
        this.#secret = this.#folder?.secret() ?? randomBytes(24).toString("base64url");
    }

    /** The server's own metrics as text; empty while it is down, or without --metrics. Never rejects. */
    async metrics(): Promise<string> {
        return this.#state.phase === "running" && this.#state.metrics !== undefined
            ? fetchSipServerMetrics(this.#state.metrics)
            : "";
    }

    /** Where the server listens for SIP. */
    get bindings(): readonly SipBinding[] {
        return this.#bindings;
    }

    get pid(): number | undefined {
        return this.#state.phase === "running" ? this.#state.server.pid : undefined;
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
     * address in use is tried again for a while, because the server of a killed bridge ends its calls before it exits. A server
     * that outlived the last bridge is taken over if it has the same options, and otherwise stopped first.
     */
    async start(): Promise<void> {
        const { clock, log } = this.#options;
        if (await this.#takeOver()) return;
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
        if (this.#state.phase === "running") this.#state.server.kill("SIGKILL");
    }

    /** Lets the server run on, with its calls, for the next bridge with the same folder. */
    leave(): void {
        const state = this.#state;
        this.#state = { phase: "stopped" };
        this.#failWaiters();
        if (state.phase === "waiting") state.cancel();
        if (state.phase === "running") state.server.release();
    }

    #failWaiters(): void {
        for (const { reject } of this.#waiters.splice(0)) reject(new Error("the embedded SIP server is stopped"));
    }

    async #takeOver(): Promise<boolean> {
        const last = this.#folder?.lastServer();
        const server = last === undefined ? undefined : runningServer(last.pid);
        if (last === undefined || server === undefined) return false;
        const { log } = this.#options;
        if (!isSameServer(last.arguments, this.#arguments())) {
            log.info("SIP server with other options is stopped", { pid: last.pid });
            await stopProcess(server);
            return false;
        }
        this.#running(server, last);
        log.info("embedded SIP server taken over; its log is not relayed", { sip: last.sip, pid: last.pid });
        return true;
    }

    async #launch(): Promise<void> {
        this.#state = { phase: "starting" };
        const secret = this.#folder === undefined ? this.#secret : undefined;
        try {
            const program = { arguments: this.#arguments(), secret, log: this.#options.log };
            const { server, report } = await startSipServerProgram(program);
            if (this.#phase() === "stopped") {
                server.kill("SIGKILL");
                throw new Error("it was stopped meanwhile");
            }
            this.#running(server, report);
            this.#options.log.info("embedded SIP server started", { pid: server.pid });
        } catch (error) {
            if (this.#phase() !== "stopped") this.#state = { phase: "failed" };
            const reason = error instanceof Error ? error.message : String(error);
            throw new Error(`the embedded SIP server does not start: ${reason}`);
        }
    }

    /** Stops the server, which ends its calls first. Resolves once it has exited; it is killed if that takes too long. */
    async stop(): Promise<void> {
        const state = this.#state;
        this.#state = { phase: "stopped" };
        this.#failWaiters();
        if (state.phase === "waiting") state.cancel();
        if (state.phase === "running") await stopProcess(state.server);
    }

    /** A method, because the compiler assumes that the state is unchanged after an await. */
    #phase(): ServerState["phase"] {
        return this.#state.phase;
    }

    #running(server: SipServerProcess, { control, sip, metrics }: ServerReport): void {
        this.#controlPort = control.port;
        this.#bindings = sip;
        this.#startedAt = this.#options.clock.monotonic();
        const { resumeName } = this.#options;
        const endpoint = { ...control, secret: this.#secret, ...(resumeName !== undefined && { resumeName }) };
        this.#state = { phase: "running", server, endpoint, metrics };
        for (const { resolve } of this.#waiters.splice(0)) resolve(endpoint);
        void server.exited.then(({ code, signal }) => this.#died(server, code, signal));
    }

    #died(server: SipServerProcess, code: number | null, signal: NodeJS.Signals | null): void {
        if (this.#state.phase !== "running" || this.#state.server !== server) return;
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
            ...(this.#folder === undefined ? [] : survivalArguments(this.#folder)),
            ...(extraArguments ?? []),
        ];
    }
}

function survivalArguments({ stateFile, secretFile }: ServerFolder): string[] {
    const time = ["--hold", `${LINGER_S}`, "--linger", `${LINGER_S}`];
    return ["--secret-file", secretFile, "--state-file", stateFile, ...time];
}

/** Whether a server was started with these options. The first one is its control port, which any server can choose. */
function isSameServer([, , ...before]: readonly string[] = [], [, , ...now]: readonly string[]): boolean {
    return before.join("\n") === now.join("\n");
}

async function stopProcess(server: SipServerProcess): Promise<void> {
    server.kill("SIGTERM");
    const timer = setTimeout(() => server.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await server.exited;
    clearTimeout(timer);
}
