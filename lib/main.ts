#!/usr/bin/env node
import { existsSync, readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { Config } from "./config/Config.generated.ts";
import { ConfigError } from "./config/ConfigError.ts";
import { describeConfig } from "./config/describeConfig.ts";
import { describeFeatures } from "./config/describeMessaging.ts";
import { warningsOf } from "./config/warningsOf.ts";
import { loadConfig } from "./config/loadConfig.ts";
import { loadRegistration, type Registration, writeRegistration } from "./config/registration.ts";
import { leaveOutNativeCrypto } from "./assembly/leaveOutNativeCrypto.ts";
import { nodeVersionError } from "./assembly/nodeVersionError.ts";
import { notifySystemd } from "./assembly/notifySystemd.ts";
import { judgeOwnCertificate } from "./liveCheck/ownCertificate.ts";
import { renderFindings } from "./liveCheck/renderFindings.ts";
import type { Log } from "./ports/Log.ts";
import { readPeerFeatures } from "./store/PeerFeaturesFile.ts";
import { createLog } from "./telemetry/log.ts";

const EXIT_FAILED = 1;
/** The command line, the configuration or the registration is wrong: starting again will not help. */
const EXIT_MISUSED = 2;
/** How long the process may outlive a finished stop before it is ended by force. */
const LINGER_MS = 5_000;

interface Options {
    readonly config: string;
    readonly file: string;
    readonly port?: number;
    readonly generateRegistration?: true;
    readonly url?: string;
    readonly live?: true;
}

/** The command line. Never rejects: errors go to stderr and into the exit code. */
async function main(argv: readonly string[]): Promise<void> {
    const versionError = nodeVersionError(process.versions.node);
    if (versionError !== undefined) {
        process.stderr.write(`${versionError}\n`);
        process.exit(EXIT_MISUSED);
    }
    const program = commandLine();
    try {
        await program.parseAsync(argv);
    } catch (error) {
        // commander has told what is wrong by itself, and throws for --help and --version too
        if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT_MISUSED;
        else fail(error);
    }
}

function commandLine(): Command {
    const program = new Command("matrix-appservice-sip")
        .description("Bridge between SIP and Matrix. Without a command, runs the bridge until SIGTERM or SIGINT.")
        .version(version(), "-V, --version", "print the version")
        .option("-c, --config <file>", "configuration file", "config.yaml")
        .option("-f, --file <file>", "registration file", "registration.yaml")
        .option("-p, --port <port>", "port to listen on for the homeserver, instead of appservice.port", parsePort)
        .option("-r, --generate-registration", "write a registration for the homeserver to --file, and end")
        .option("-u, --url <url>", "with -r: where the homeserver reaches the bridge", parseUrl)
        .helpOption("-h, --help", "print this help")
        .helpCommand(false)
        .configureHelp({ showGlobalOptions: true })
        .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 wrong command line, configuration or registration.")
        .exitOverride()
        .action((options: Options) => (options.generateRegistration ? generateRegistration(options) : run(options)));
    program
        .command("check-config")
        .description("say what the configuration amounts to, or all that is wrong with it")
        .option("-l, --live", "also try each trunk, rtpengine and the homeserver; exits with 0 only if all of it works")
        .helpOption("-h, --help", "print this help")
        .action((_own: unknown, command: Command) => checkConfig(command.optsWithGlobals<Options>()));
    return program;
}

async function run({ config: configPath, file: registrationPath, port }: Options): Promise<void> {
    const config = loadConfig(configPath);
    const registration = loadRegistration(registrationPath, config);
    const log = createLog({ ...config.logging, stream: process.stdout });
    reportStrayFailures(log);
    logWarningsOfNode(log);
    const signalled = firstSignal(log);
    log.info("starting", { version: version(), node: process.version });
    warnOfCertificate(config, log);
    for (const why of warningsOf(config)) log.warn("configuration is probably not meant so", { why });
    // loaded here, so that the other commands start quickly
    leaveOutNativeCrypto();
    const { assembleBridge } = await import("./assembly/assembleBridge.ts");
    const assembling = assembleBridge({
        config,
        registration,
        port: port ?? config.appservice.port,
        log,
        version: version(),
    });
    const bridge = await Promise.race([assembling, signalled]);
    if (typeof bridge === "string") {
        // no call can be up yet, and the SIP server ends with this process
        log.info("stopped while starting", { signal: bridge });
        process.exit();
    }
    await notifySystemd("READY=1", log);
    log.info("stopping", { signal: await signalled });
    await notifySystemd("STOPPING=1", log);
    await bridge.stop();
    log.info("stopped");
    setTimeout(() => {
        log.warn("ended by force: something was left running");
        process.exit(EXIT_FAILED);
    }, LINGER_MS).unref();
}

/** Warns about a bad own certificate: a peer that rejects it does not tell us. */
function warnOfCertificate({ sip }: Config, log: Log): void {
    const result = judgeOwnCertificate(sip, Date.now());
    if (result?.advice === undefined) return;
    log.warn("certificate of sip.tls needs attention", { why: result.text, advice: result.advice });
}

function generateRegistration({ config: configPath, file, url }: Options): void {
    if (url === undefined)
        throw new ConfigError(["--generate-registration needs --url, where the homeserver reaches us"]);
    const config = loadConfig(configPath);
    writeRegistration(file, config, url);
    print(
        `Wrote ${file}. Name it in the homeserver's configuration (Synapse: app_service_config_files), make it readable`,
    );
    print("for the homeserver's user, and restart the homeserver.");
}

async function checkConfig({ config: configPath, file, port, live }: Options): Promise<void> {
    const config = loadConfig(configPath);
    print(`${configPath} is right.\n`);
    printSummary(config);
    const registration = existsSync(file) ? loadRegistration(file, config) : undefined;
    if (registration !== undefined) {
        print(`\n${file} goes with it.`);
    } else {
        print(`\n${file} does not exist yet: make it with --generate-registration --url URL.`);
    }
    if (live) await tryOut(config, registration, port ?? config.appservice.port);
}

/** Ends the process, whose remaining name lookups have no use. */
async function tryOut(config: Config, registration: Registration | undefined, port: number): Promise<never> {
    const { checkLive } = await import("./liveCheck/checkLive.ts");
    const findings = await checkLive({ config, registration, port, version: version() });
    print("");
    // undefined if the output is a pipe, which gets one line each
    for (const line of renderFindings(findings, process.stdout.columns)) print(line);
    const works = findings.every(({ result }) => result.kind === "works");
    process.exit(works ? 0 : EXIT_FAILED);
}

function printSummary(config: Config): void {
    const { lines, warnings } = describeConfig(config);
    const width = Math.max(...lines.map(([heading]) => heading.length));
    for (const [heading, text] of lines) print(`  ${heading.padEnd(width)}  ${text}`);
    const features = describeFeatures(readPeerFeatures(config.store.path));
    if (features.length > 0) print("\nMessages, as far as each side has shown what it supports:");
    for (const line of features) print(`  ${line}`);
    if (warnings.length > 0) print("");
    for (const warning of warnings) print(`Warning: ${warning}`);
}

/** Resolves with the first signal that asks to stop; the second does not wait any longer. */
function firstSignal(log: Log): Promise<NodeJS.Signals> {
    return new Promise((resolve) => {
        let asked = false;
        const onSignal = (signal: NodeJS.Signals): void => {
            if (asked) {
                log.warn("ended by force: asked to stop twice", { signal });
                process.exit(EXIT_FAILED);
            }
            asked = true;
            resolve(signal);
        };
        process.on("SIGTERM", onSignal).on("SIGINT", onSignal);
    });
}

/**
 * A promise that a library left to itself costs at most one call, so the others go on. An uncaught exception
 * may have left work half done, so the process exits and its supervisor starts it again.
 */
function reportStrayFailures(log: Log): void {
    process.on("unhandledRejection", (error) => log.error("promise rejected unheard", { error }));
    process.on("uncaughtException", (error) => {
        log.error("exception uncaught", { error });
        process.exit(EXIT_FAILED);
    });
}

/** Printed as they are, as Node does by itself, they would stand between the lines of the log. */
function logWarningsOfNode(log: Log): void {
    process.removeAllListeners("warning").on("warning", (warning) => {
        // htmlencode, which comes with the framework's Matrix client, takes a deprecated function of Node at import
        const isKnown = "code" in warning && warning.code === "DEP0060";
        if (!isKnown) log.warn("warning of Node", { error: warning });
    });
}

/** Ends the process: a start that failed half-way may have left something running. */
function fail(error: unknown): never {
    if (error instanceof ConfigError) {
        for (const fault of error.faults) process.stderr.write(`${fault}\n`);
        process.exit(EXIT_MISUSED);
    }
    process.stderr.write(`matrix-appservice-sip: ${error instanceof Error ? describe(error) : String(error)}\n`);
    process.exit(EXIT_FAILED);
}

/** With its causes as far as they add something, without stack: for the operator, not for us. */
function describe({ message, cause }: Error): string {
    if (!(cause instanceof Error) || message.includes(cause.message)) return message;
    return `${message.replace(/\.$/, "")}: ${describe(cause)}`;
}

function parsePort(text: string): number {
    const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
    if (port < 1 || port > 65535) throw new InvalidArgumentError("It must be from 1 to 65535.");
    return port;
}

function parseUrl(text: string): string {
    const url = URL.parse(text);
    if (url === null || !/^https?:$/.test(url.protocol)) {
        throw new InvalidArgumentError("It must be an http or https URL such as http://127.0.0.1:9995.");
    }
    return text.replace(/\/+$/, "");
}

function version(): string {
    const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
        version: string;
    };
    return manifest.version;
}

function print(line: string): void {
    process.stdout.write(`${line}\n`);
}

await main(process.argv);
