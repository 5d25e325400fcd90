import { existsSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeRunDirectory, projectRoot } from "../labFolder.ts";
import { freePort, loopback } from "./freePort.ts";
import { LabProcess } from "./LabProcess.ts";
import { processesIn, signalProcess } from "./processes.ts";
import { until } from "./until.ts";
import type { ExitStatus, Stoppable } from "./LabProcess.ts";
import type { SipAddress } from "./SippPhone.ts";

/** The bridge's configuration file as plain data; lib/config validates it. */
export type BridgeConfig = Readonly<Record<string, unknown>>;

export interface BridgePlan {
    /** Returns the configuration for the given SIP addresses. */
    readonly config: (sip: SipAddress) => BridgeConfig;
    /** Further environment variables. */
    readonly env?: Readonly<Record<string, string>>;
}

const program = join(projectRoot, "lib", "main.ts");
const registerTimeoutMs = 20_000;
const startTimeoutMs = 30_000;
/** Enough time to end its calls. */
const stopGraceMs = 10_000;

/** The bridge as its users run it: configured by a file, registered by its own command, started as a program. */
export class Bridge implements Stoppable {
    readonly sip: SipAddress;
    readonly directory: string;
    /** For the homeserver's configuration. */
    readonly registrationFile: string;
    readonly #configFile: string;
    readonly #env: Readonly<Record<string, string>>;
    readonly #port: number;
    #process: LabProcess | undefined;

    private constructor(directory: string, sip: SipAddress, port: number, env: Readonly<Record<string, string>>) {
        this.directory = directory;
        this.#env = env;
        this.sip = sip;
        this.registrationFile = join(directory, "registration.yaml");
        this.#configFile = join(directory, "config.yaml");
        this.#port = port;
    }

    /** Writes its configuration and runs its registration command; does not start it yet. */
    static async prepare(plan: BridgePlan): Promise<Bridge> {
        const directory = makeRunDirectory("bridge");
        const bridge = new Bridge(
            directory,
            { address: loopback, port: await freePort() },
            await freePort(),
            plan.env ?? {},
        );
        // JSON is YAML.
        writeFileSync(bridge.#configFile, JSON.stringify(plan.config(bridge.sip), undefined, 2));
        await bridge.#register();
        return bridge;
    }

    /** Starts it with further options; resolves when it accepts calls. The homeserver must run. */
    async start(options: readonly string[] = []): Promise<void> {
        const before = this.log().length;
        const running = this.#run("bridge", ["--port", String(this.#port), ...options]);
        this.#process = running;
        // the log goes on where the run before it ended
        const isReady = (): boolean => running.log().slice(before).includes("bridge ready");
        await running.ready(() => (isReady() ? true : undefined), startTimeoutMs);
    }

    /** Stops it with all its calls, as Ctrl-C does (SIGINT). */
    async stop(): Promise<void> {
        await this.#process?.stop(stopGraceMs, "SIGINT");
    }

    /**
     * Sends a signal and waits without a limit. SIGTERM leaves connected calls to the next start, SIGINT ends them. Resolves
     * to how it exited.
     */
    async terminate(signal: "SIGTERM" | "SIGINT"): Promise<ExitStatus> {
        if (this.#process === undefined) throw new Error("the bridge was not started");
        this.#process.signal(signal);
        return this.#process.exited;
    }

    /** Kills it (SIGKILL), as a crash does, and resolves once it is gone. */
    async kill(): Promise<void> {
        this.#process?.signal("SIGKILL");
        await this.#process?.exited;
    }

    /**
     * Kills it as soon as a file in its data directory has so many more lines than now, within about a millisecond. Resolves
     * once it is gone. Call it before what makes the file grow. @throws Error if the file does not grow so far
     */
    async killAtLine(file: string, more: number): Promise<void> {
        const path = join(this.directory, "data", file);
        const lines = (): number => (existsSync(path) ? readFileSync(path, "utf8").split("\n").length - 1 : 0);
        const last = lines() + more;
        let reached = false;
        const watcher = watch(join(this.directory, "data"), () => {
            if (reached || lines() < last) return;
            reached = true;
            this.#process?.signal("SIGKILL");
        });
        try {
            await until(() => (reached ? true : undefined), {
                what: `${more} more lines in ${file}`,
                timeoutMs: 20_000,
            });
        } finally {
            watcher.close();
        }
        await this.#process?.exited;
    }

    async restart(): Promise<void> {
        await this.stop();
        await this.start();
    }

    signal(signal: NodeJS.Signals): void {
        this.#process?.signal(signal);
    }

    /** The SIP server process that works for this bridge now. A signal to one that has exited does nothing. */
    sipServer(): { signal(signal: NodeJS.Signals): void } {
        const pids = processesIn(this.directory).filter(({ commandLine }) => commandLine.includes("sip-server"));
        return { signal: (signal) => pids.forEach(({ pid }) => signalProcess(pid, signal)) };
    }

    /** Everything it has logged since its first start, one JSON object per line. */
    log(): string {
        return this.#process?.log() ?? "";
    }

    async #register(): Promise<void> {
        const url = `http://${loopback}:${this.#port}`;
        const running = this.#run("register", ["--generate-registration", "--url", url]);
        const expired = setTimeout(() => running.signal("SIGKILL"), registerTimeoutMs);
        const { code } = await running.exited;
        clearTimeout(expired);
        if (code !== 0) throw new Error(`the bridge wrote no registration: ${running.log()}`);
    }

    #run(name: string, args: readonly string[]): LabProcess {
        return LabProcess.start({
            name,
            command: process.execPath,
            args: [program, "--config", this.#configFile, "--file", this.registrationFile, ...args],
            directory: this.directory,
            env: this.#env,
        });
    }
}
