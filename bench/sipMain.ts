/**
 * `npm run bench:sip`: what the embedded SIP server costs, with a bare drachtio-srf application behind it and SIPp calling
 * over UDP; compared with any other server that speaks the drachtio control protocol, in the same run. Options: `--help`.
 */
import { InvalidArgumentError } from "commander";
import { command, wholeNumberFrom } from "../lab/commandLine.ts";
import { installDebianPackages, missingOf, sipp } from "../lab/install/debianPackages.ts";
import { terminalProgress } from "../lab/install/Progress.ts";
import { makeRunDirectory } from "../lab/labFolder.ts";
import { type Endpoint, parseEndpoint } from "../lib/config/HostPort.ts";
import { type BareCallFigures, placeBareCalls } from "./bareCalls.ts";
import { parseControl, reachExternalServer, type ServerUnderTest, startEmbeddedServer } from "./sipServers.ts";

interface Options {
    readonly json: boolean;
    readonly rate: number;
    readonly seconds: number;
    readonly sip?: Endpoint;
}

const program = command(
    "bench:sip",
    "What the embedded SIP server costs: calls over UDP to an application that answers.",
)
    .option("--json", "print the figures as one JSON object in the last line", false)
    .option("--rate <calls>", "calls a second", wholeNumberFrom(1, 10_000), 400)
    .option("--seconds <seconds>", "for how long", wholeNumberFrom(1, 3_600), 20)
    .option(
        "--sip <address>",
        "where the other server takes SIP, if not at the first UDP address it tells",
        readAddress,
    )
    .addHelpText("after", otherServer());
const { json, rate, seconds, sip } = program.parse().opts<Options>();
const size = { callsPerSecond: rate, seconds };
const rounded = (value: number): number => Math.round(value * 100) / 100;

const other = await theOther();
await installDebianPackages(missingOf([sipp]), terminalProgress());
console.error(`The embedded server: ${rate} calls/s for ${seconds} s`);
const embedded = summary(await measure(startEmbeddedServer));
if (other !== undefined) console.error("The external server: the same");
const external = other === undefined ? null : summary(await measure(() => other));
const ratio =
    typeof external?.cpuMsPerCall === "number" && typeof embedded.cpuMsPerCall === "number"
        ? rounded(embedded.cpuMsPerCall / external.cpuMsPerCall)
        : null;

console.table({ embedded, ...(external !== null && { external }), goal: goalOf(external) });
if (json) console.log(JSON.stringify({ embedded, external, ratio }));
process.exitCode = embedded.failed === 0 ? 0 : 1;

async function measure(
    start: (directory: string) => ServerUnderTest | Promise<ServerUnderTest>,
): Promise<BareCallFigures> {
    const directory = makeRunDirectory("bench-sip");
    const server = await start(directory);
    try {
        return await placeBareCalls(server, directory, size);
    } finally {
        await server.stop();
    }
}

function summary({ callsPerSecond, retransmissions, failed, serverMsPerCall }: BareCallFigures): {
    readonly callsPerSecond: number;
    readonly retransmissions: number;
    readonly failed: number;
    readonly cpuMsPerCall: number | null;
} {
    return {
        callsPerSecond: rounded(callsPerSecond),
        retransmissions,
        failed,
        cpuMsPerCall: serverMsPerCall === undefined ? null : rounded(serverMsPerCall),
    };
}

function goalOf(other: { readonly cpuMsPerCall: number | null } | null): object {
    const cpuMsPerCall = typeof other?.cpuMsPerCall === "number" ? `≤ ${rounded(2.5 * other.cpuMsPerCall)}` : "≤ 2.5";
    return { callsPerSecond: rate, retransmissions: 0, failed: 0, cpuMsPerCall };
}

function otherServer(): string {
    return `
With DRACHTIO=host:port:secret in the environment, the same is measured of the server whose control port that is. Its CPU
time can be seen only if it runs on this machine.

Exit codes: 0 done, 1 calls of the embedded server failed or the other cannot be measured, 2 wrong options.`;
}

function readAddress(text: string): Endpoint {
    const address = parseEndpoint(text);
    if (address === undefined) throw new InvalidArgumentError("It must be host:port.");
    return address;
}

/** Looked for before anything is measured, and for nothing if it is not there. */
async function theOther(): Promise<ServerUnderTest | undefined> {
    const text = process.env["DRACHTIO"];
    if (text === undefined) return undefined;
    const control = parseControl(text);
    if (control === undefined) return program.error("error: DRACHTIO must be host:port:secret");
    try {
        return await reachExternalServer(control, sip);
    } catch (error) {
        console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
        return process.exit(1);
    }
}
