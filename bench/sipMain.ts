/**
 * `npm run bench:sip [-- --json] [--rate 400] [--seconds 20] [--sip host:port]`: what the embedded SIP server costs, with
 * a bare drachtio-srf application behind it and SIPp calling over UDP. With `DRACHTIO=host:port:secret` in the
 * environment the same is measured, in the same run, of the server whose control port that is. `--sip` names its SIP
 * address if it is not the first UDP address it tells its applications; its CPU time can only be seen on this machine.
 * The last line is one JSON object with --json.
 */
import { parseArgs } from "node:util";
import { installDebianPackages, missingOf, sipp } from "../lab/install/debianPackages.ts";
import { terminalProgress } from "../lab/install/Progress.ts";
import { makeRunDirectory } from "../lab/labFolder.ts";
import { type BareCallFigures, placeBareCalls } from "./bareCalls.ts";
import { externalServer, type ServerUnderTest, startEmbeddedServer } from "./sipServers.ts";

const { values } = parseArgs({
    options: {
        json: { type: "boolean", default: false },
        rate: { type: "string", default: "400" },
        seconds: { type: "string", default: "20" },
        sip: { type: "string" },
    },
});
const size = { callsPerSecond: Number(values.rate), seconds: Number(values.seconds) };
const rounded = (value: number): number => Math.round(value * 100) / 100;

await installDebianPackages(missingOf([sipp]), terminalProgress());
console.error(`The embedded server: ${size.callsPerSecond} calls/s for ${size.seconds} s`);
const embedded = summary(await measure(startEmbeddedServer));
const address = process.env["DRACHTIO"];
if (address !== undefined) console.error("The external server: the same");
const external = address === undefined ? null : summary(await measure(() => externalServer(address, values.sip)));
const ratio =
    typeof external?.cpuMsPerCall === "number" && typeof embedded.cpuMsPerCall === "number"
        ? rounded(embedded.cpuMsPerCall / external.cpuMsPerCall)
        : null;

console.table({ embedded, ...(external !== null && { external }), goal: goalOf(external) });
if (values.json) console.log(JSON.stringify({ embedded, external, ratio }));
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
    return { callsPerSecond: "400", retransmissions: "0", failed: "0", cpuMsPerCall };
}
