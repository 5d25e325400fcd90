import { existsSync } from "node:fs";
import type { Config } from "../config/Config.generated.ts";
import { describeConfig, type ConfigSummary } from "../config/describeConfig.ts";
import { describeFeatures } from "../config/describeMessaging.ts";
import { loadConfig } from "../config/loadConfig.ts";
import { loadRegistration, registrationChoicesOf, type Registration } from "../config/registration.ts";
import type { Finding } from "../liveCheck/Finding.ts";
import { renderFindings } from "../liveCheck/renderFindings.ts";
import { readPeerFeatures } from "../store/PeerFeaturesFile.ts";
import { describeRoute } from "./describeRoute.ts";
import { EXIT_FAILED } from "./exitCodes.ts";
import { print } from "./print.ts";
import { userWarnings } from "./userWarnings.ts";

export interface CheckOptions {
    readonly configPath: string;
    readonly registrationPath: string;
    readonly port?: number;
    readonly version: string;
    readonly live?: true;
    /** A called number or SIP address: only where it goes is printed. */
    readonly route?: string;
    readonly from?: string;
    readonly as?: string;
}

/** Checks the configuration and prints its summary, or where a call goes. Rejects with all errors of the configuration. */
export async function checkConfig(options: CheckOptions): Promise<void> {
    const { configPath, registrationPath: file, port, live, route, from, as } = options;
    const config = loadConfig(configPath);
    if (route !== undefined) {
        printRoute(config, { called: route, from, as });
        return;
    }
    const registration = existsSync(file) ? loadRegistration(file, registrationChoicesOf(config)) : undefined;
    const { lines, inbound, outbound, warnings } = describeConfig(config);
    const all = [...warnings, ...(registration?.warnings ?? []), ...userWarnings(config)];
    for (const warning of all) print(`Warning: ${warning}`);
    if (all.length > 0) print("");
    print(`No errors in ${configPath}, ${countOf(all.length, "warning")}.`);
    print(
        registration !== undefined
            ? `${file} matches ${configPath}.`
            : `${file} does not exist; create it with --generate-registration --url URL.`,
    );
    printSummary({ lines, inbound, outbound });
    const features = describeFeatures(readPeerFeatures(config.store.path));
    if (features.length > 0) print("\nMessages, as far as each side has shown what it supports:");
    for (const line of features) print(`  ${line}`);
    if (live) await testLive(config, registration, { port: port ?? config.appservice.port, version: options.version });
}

function printRoute(config: Config, call: Parameters<typeof describeRoute>[1]): void {
    const { lines, isAllowed } = describeRoute(config, call);
    for (const line of lines) print(line);
    if (!isAllowed) process.exitCode = EXIT_FAILED;
}

function printSummary({ lines, inbound, outbound }: Omit<ConfigSummary, "warnings">): void {
    const width = Math.max(...lines.map(([heading]) => heading.length));
    print("\nSettings:");
    for (const [heading, text] of lines) print(`  ${heading.padEnd(width)}  ${text}`);
    print("\nWho can call in:");
    for (const line of inbound) print(`  ${line}`);
    print("\nWho can call out:");
    for (const line of outbound) print(`  ${line}`);
}

/**
 * The command `doctor`: checks the configuration against the running servers, and prints what was found. Exits the process. With
 * `json` the findings are one JSON object. Rejects with all errors of the configuration.
 */
export async function runDoctor(options: Omit<CheckOptions, "live"> & { readonly json?: true }): Promise<void> {
    const { configPath, registrationPath: file, port, version, json } = options;
    if (json !== true) return checkConfig({ ...options, live: true });
    const config = loadConfig(configPath);
    const registration = existsSync(file) ? loadRegistration(file, registrationChoicesOf(config)) : undefined;
    const { checkLive } = await import("../liveCheck/checkLive.ts");
    const findings = await checkLive({ config, registration, port: port ?? config.appservice.port, version });
    const { warnings } = describeConfig(config);
    const works = findings.every(({ result }) => result.kind === "works");
    const all = [...warnings, ...(registration?.warnings ?? [])];
    print(JSON.stringify({ works, warnings: all, findings: findings.map(plainFinding) }, undefined, 2));
    process.exit(works ? 0 : EXIT_FAILED);
}

function plainFinding({ part, tried, result, ms }: Finding): object {
    return { part, tried, ...result, ...(ms !== undefined && { ms: Math.round(ms) }) };
}

/** Exits the process, which does not wait for name look-ups that are still running. */
async function testLive(
    config: Config,
    registration: Registration | undefined,
    { port, version }: { readonly port: number; readonly version: string },
): Promise<never> {
    const { checkLive } = await import("../liveCheck/checkLive.ts");
    const findings = await checkLive({ config, registration, port, version });
    print("");
    // columns is undefined if stdout is a pipe: then each finding is one line
    for (const line of renderFindings(findings, process.stdout.columns)) print(line);
    const failures = findings.filter(({ result }) => result.kind === "fails").length;
    print(failures === 0 ? "\nNo errors." : `\n${countOf(failures, "error")}.`);
    process.exit(failures === 0 ? 0 : EXIT_FAILED);
}

function countOf(count: number, noun: string): string {
    return `${count === 0 ? "no" : count} ${noun}${count === 1 ? "" : "s"}`;
}
