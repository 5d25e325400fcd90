/**
 * `npm run bench`: what the bridge costs, against the least that any application on the same SIP server costs, in one run.
 * With `--administration`: what call records and the page add to that. Options: `--help`.
 */
import { command, wholeNumberFrom } from "../lab/commandLine.ts";
import { installWorld } from "../lab/install/installWorld.ts";
import { terminalProgress } from "../lab/install/Progress.ts";
import { measureAdministration } from "./administrationCost.ts";
import { measureBareFloor } from "./bareFloor.ts";
import { measureCallLoad } from "./callLoad.ts";
import { measureOnSynapse } from "./synapseCalls.ts";

interface Options {
    readonly administration: boolean;
    readonly blank: boolean;
    readonly json: boolean;
    readonly rate: number;
    readonly rounds: number;
    readonly seconds: number;
    readonly standing: number;
}

const { administration, blank, json, rate, rounds, seconds, standing } = command(
    "bench",
    "Cost of the bridge, compared with a minimal application.",
)
    .option("--json", "print the figures as one JSON object in the last line", false)
    .option("--rate <calls>", "calls a second", wholeNumberFrom(1, 10_000), 100)
    .option("--seconds <seconds>", "for how long", wholeNumberFrom(1, 3_600), 60)
    .option("--standing <calls>", "calls to weigh by the memory they take", wholeNumberFrom(1, 100_000), 1_000)
    .option("--administration", "measure only what call records and an open page of the administration add", false)
    .option(
        "--rounds <rounds>",
        "with --administration: pairs of bridges that are compared",
        wholeNumberFrom(2, 100),
        12,
    )
    .option("--blank", "with --administration: compare two bridges that both have none", false)
    .addHelpText("after", "\nExit codes: 0 done, 1 calls failed, 2 wrong options.")
    .parse()
    .opts<Options>();
const size = { callsPerSecond: rate, seconds, standingCalls: standing };
const say = (line: string): void => console.error(`  ${line}`);
const rounded = (value: number): number => Math.round(value * 100) / 100;

await installWorld(terminalProgress());
if (administration) await compareAdministration();
else await compareWithFloor();

async function compareAdministration(): Promise<void> {
    console.error(`Bridges with and without administration, ${rounds} pairs`);
    const plan = { callsPerSecond: rate, seconds, rounds, isBlank: blank };
    const { withoutMs, withMs, ratio, failed } = await measureAdministration(plan, say);
    const exactly = (value: number): number => Math.round(value * 1_000) / 1_000;
    const figures = {
        withoutMs: withoutMs.map(rounded),
        withMs: withMs.map(rounded),
        ratio: exactly(ratio.ratio),
        between: [exactly(ratio.least), exactly(ratio.most)],
        failed,
    };
    console.table({
        "CPU ms/call without records and page": { figure: figures.withoutMs.join(", "), goal: "" },
        "CPU ms/call with records and page": { figure: figures.withMs.join(", "), goal: "" },
        "with : without": { figure: figures.ratio, goal: "≤ 1.03" },
        "with 95 % probability between": { figure: figures.between.join(" and "), goal: "≤ 1.03" },
        "calls failed": { figure: figures.failed, goal: "0" },
    });
    if (json) console.log(JSON.stringify(figures));
    process.exitCode = figures.failed === 0 ? 0 : 1;
}

async function compareWithFloor(): Promise<void> {
    console.error("The floor: a bare drachtio-srf application");
    const floor = await measureBareFloor(size.callsPerSecond, Math.min(size.seconds, 20));
    console.error("The bridge");
    const load = await measureCallLoad(size, say);
    console.error("The bridge with a real Synapse process");
    const synapse = await measureOnSynapse();

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
        matrixRequestsPerCall: synapse.requests.length,
        synapseCallsPerSecond: rounded(synapse.callsPerSecond),
    };

    console.table({
        "calls per second": { figure: figures.calls.perSecond, goal: "100" },
        "calls attempted": { figure: figures.calls.attempted, goal: "" },
        "calls failed": { figure: figures.calls.failed, goal: "0" },
        "SIP retransmissions": { figure: load.retransmissions, goal: "0" },
        "bridge CPU ms/call": { figure: figures.cpuMsPerCall.bridge, goal: "" },
        "SIP server CPU ms/call": { figure: figures.cpuMsPerCall.sipServer, goal: "" },
        "bare application CPU ms/call": { figure: figures.cpuMsPerCall.bareSrf, goal: "" },
        "bridge : bare application": { figure: figures.ratioToBareSrf, goal: "≤ 5" },
        "INVITE → m.call.invite p50 ms": { figure: figures.inviteToMatrixMs.p50, goal: "" },
        "INVITE → m.call.invite p95 ms": { figure: figures.inviteToMatrixMs.p95, goal: "" },
        "m.call.answer → 200 p50 ms": { figure: figures.answerTo200Ms.p50, goal: "" },
        "m.call.answer → 200 p95 ms": { figure: figures.answerTo200Ms.p95, goal: "" },
        "standing calls": { figure: figures.standing.calls, goal: String(size.standingCalls) },
        "MiB for the standing calls": { figure: figures.standing.mebibytes, goal: "≤ 25 for 1000" },
        "Matrix requests per call": { figure: figures.matrixRequestsPerCall, goal: "≤ 3" },
        "calls/s with one Synapse": { figure: figures.synapseCallsPerSecond, goal: "" },
    });
    console.log(`Matrix requests of a call: ${synapse.requests.join(", ")}`);
    if (json) console.log(JSON.stringify(figures));
    process.exitCode = figures.calls.failed === 0 ? 0 : 1;
}
