import { leaveOutNativeCrypto } from "../assembly/leaveOutNativeCrypto.ts";
import { notifySystemd } from "../assembly/notifySystemd.ts";
import type { Config } from "../config/Config.generated.ts";
import { loadConfig } from "../config/loadConfig.ts";
import { loadRegistration, registrationChoicesOf } from "../config/registration.ts";
import { warningsOf } from "../config/warningsOf.ts";
import { checkOwnCertificate } from "../liveCheck/ownCertificate.ts";
import type { Log } from "../ports/Log.ts";
import { createLog } from "../telemetry/log.ts";
import { EXIT_FAILED } from "./exitCodes.ts";
import { surviveClosedPipe } from "./print.ts";

/** How long the process may run after it was stopped before it is ended by force. */
const LINGER_MS = 5_000;

export interface RunOptions {
    readonly configPath: string;
    readonly registrationPath: string;
    /** TCP port to listen on for the homeserver, if not that of the configuration. */
    readonly port?: number;
    /** End all calls when the bridge stops, instead of leaving connected ones to the next start. */
    readonly endCalls?: boolean;
    readonly version: string;
}

/**
 * Runs the bridge until SIGTERM or SIGINT. SIGTERM leaves connected calls to the next start, SIGINT ends them. Rejects if the
 * configuration is wrong or the bridge cannot start.
 */
export async function runBridge({ configPath, registrationPath, port, endCalls, version }: RunOptions): Promise<void> {
    const config = loadConfig(configPath);
    const registration = loadRegistration(registrationPath, registrationChoicesOf(config));
    surviveClosedPipe();
    const log = createLog({ ...config.logging, stream: process.stdout });
    logUncaught(log);
    logWarningsOfNode(log);
    const signals = signalsToStop(log);
    log.info("starting", { version, node: process.version });
    warnOfCertificate(config, log);
    for (const why of [...warningsOf(config), ...registration.warnings]) log.warn("configuration warning", { why });
    // loaded here, so that the other commands answer without delay
    leaveOutNativeCrypto();
    const { assembleBridge } = await import("../assembly/assembleBridge.ts");
    const assembling = assembleBridge({
        config,
        registration,
        port: port ?? config.appservice.port,
        log,
        version,
        loadConfig: () => loadConfig(configPath),
    });
    const bridge = await Promise.race([assembling, signals.first]);
    if (typeof bridge === "string") {
        // there are no calls yet, and the SIP server exits with this process
        log.info("stopped while starting", { signal: bridge });
        process.exit();
    }
    await notifySystemd("READY=1", log);
    const signal = await signals.first;
    log.info("stopping", { signal });
    await notifySystemd("STOPPING=1", log);
    const stopping = bridge.stop(signal === "SIGINT" || endCalls === true ? "endCalls" : "handOver");
    // calls that are not handed over yet end as well
    void signals.second.then(() => bridge.stop("endCalls"));
    await stopping;
    log.info("stopped");
    setTimeout(() => {
        log.warn("process ended by force: something was still running");
        process.exit(EXIT_FAILED);
    }, LINGER_MS).unref();
}

/** Warns about a bad own certificate: a peer that rejects it does not tell the bridge. */
function warnOfCertificate({ sip }: Config, log: Log): void {
    const result = checkOwnCertificate(sip, Date.now());
    if (result?.advice === undefined) return;
    log.warn("certificate of sip.tls needs attention", { why: result.text, advice: result.advice });
}

/** The first two signals that ask to stop. A third one ends the process immediately. */
function signalsToStop(log: Log): {
    readonly first: Promise<NodeJS.Signals>;
    readonly second: Promise<NodeJS.Signals>;
} {
    const [first, second] = [Promise.withResolvers<NodeJS.Signals>(), Promise.withResolvers<NodeJS.Signals>()];
    const waiting = [first, second];
    const onSignal = (signal: NodeJS.Signals): void => {
        const next = waiting.shift();
        if (next !== undefined) return next.resolve(signal);
        log.warn("process ended by force: third signal", { signal });
        process.exit(EXIT_FAILED);
    };
    process.on("SIGTERM", onSignal).on("SIGINT", onSignal);
    return { first: first.promise, second: second.promise };
}

/**
 * Logs what no code catches. A rejected promise costs at most one call, so the others go on. After an exception the state
 * is unknown: the process exits, and its supervisor starts it again.
 */
function logUncaught(log: Log): void {
    process.on("unhandledRejection", (error) => log.error("unhandled promise rejection", { error }));
    process.on("uncaughtException", (error) => {
        log.error("uncaught exception", { error });
        process.exit(EXIT_FAILED);
    });
}

/** Node itself would print them between the lines of the log. */
function logWarningsOfNode(log: Log): void {
    process.removeAllListeners("warning").on("warning", (warning) => {
        // htmlencode, a dependency of the framework's Matrix client, uses a deprecated function of Node at import
        const isKnown = "code" in warning && warning.code === "DEP0060";
        if (!isKnown) log.warn("warning of Node", { error: warning });
    });
}
