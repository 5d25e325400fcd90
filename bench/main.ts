/**
 * `npm run bench [-- --json] [--rate 100] [--seconds 60] [--standing 1000]`: what the bridge costs, against the least
 * that any application on the same SIP server costs, in one run. The last line is one JSON object with --json.
 */
import { parseArgs } from "node:util";
import { installWorld } from "../lab/install/installWorld.ts";
import { terminalProgress } from "../lab/install/Progress.ts";
import { measureBareFloor } from "./bareFloor.ts";
import { measureCallLoad } from "./callLoad.ts";
import { countMatrixRequests } from "./matrixRequests.ts";

const { values } = parseArgs({
    options: {
        json: { type: "boolean", default: false },
        rate: { type: "string", default: "100" },
        seconds: { type: "string", default: "60" },
        standing: { type: "string", default: "1000" },
    },
});
const size = {
    callsPerSecond: Number(values.rate),
    seconds: Number(values.seconds),
    standingCalls: Number(values.standing),
};
const say = (line: string): void => console.error(`  ${line}`);
const rounded = (value: number): number => Math.round(value * 100) / 100;

await installWorld(terminalProgress());
console.error("The floor: a bare drachtio-srf application");
const floor = await measureBareFloor(size.callsPerSecond, Math.min(size.seconds, 20));
console.error("The bridge");
const load = await measureCallLoad(size, say);
console.error("Matrix requests of one answered call, on Synapse");
const requests = await countMatrixRequests();

const figures = {
    calls: load.calls,
    cpuMsPerCall: {
        bridge: rounded(load.cpuMsPerCall.bridge),
        sipServer: rounded(load.cpuMsPerCall.sipServer),
        bareSrf: rounded(floor.applicationMsPerCall),
    },
    ratioToBareSrf: rounded(load.cpuMsPerCall.bridge / floor.applicationMsPerCall),
    inviteToMatrixMs: { p50: rounded(load.inviteToMatrixMs.p50), p95: rounded(load.inviteToMatrixMs.p95) },
    answerTo200Ms: { p50: rounded(load.answerTo200Ms.p50), p95: rounded(load.answerTo200Ms.p95) },
    standing: { calls: load.standing.calls, mebibytes: rounded(load.standing.mebibytes) },
    matrixRequestsPerCall: requests.length,
};

console.table({
    "calls per second": { figure: figures.calls.perSecond, goal: "100" },
    "calls attempted": { figure: figures.calls.attempted, goal: "" },
    "calls failed": { figure: figures.calls.failed, goal: "0" },
    "SIP retransmissions": { figure: load.retransmissions, goal: "0" },
    "bridge CPU ms/call": { figure: figures.cpuMsPerCall.bridge, goal: "" },
    "SIP server CPU ms/call": { figure: figures.cpuMsPerCall.sipServer, goal: "" },
    "bare application CPU ms/call": { figure: figures.cpuMsPerCall.bareSrf, goal: "" },
    "bridge : bare application": { figure: figures.ratioToBareSrf, goal: "≤ 8" },
    "INVITE → m.call.invite p50 ms": { figure: figures.inviteToMatrixMs.p50, goal: "" },
    "INVITE → m.call.invite p95 ms": { figure: figures.inviteToMatrixMs.p95, goal: "" },
    "m.call.answer → 200 p50 ms": { figure: figures.answerTo200Ms.p50, goal: "" },
    "m.call.answer → 200 p95 ms": { figure: figures.answerTo200Ms.p95, goal: "" },
    "MiB for the standing calls": { figure: figures.standing.mebibytes, goal: "" },
    "Matrix requests per call": { figure: figures.matrixRequestsPerCall, goal: requests.join(", ") },
});
if (values.json) console.log(JSON.stringify(figures));
process.exitCode = figures.calls.failed === 0 ? 0 : 1;
