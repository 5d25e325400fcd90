/**
 * `npm run soak`: calls over the embedded SIP server for a long time, through a
 * network that loses that many percent of the datagrams in each direction. Prints a sample a minute, and a last one when
 * all calls are long over: then no transaction, dialog, timer, connection or request may be left, and hardly more memory
 * be in use than before the first. Exit code 1 otherwise, or if a call failed. Options: `--help`.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { command, numberFrom, wholeNumberFrom } from "../lab/commandLine.ts";
import { installDebianPackages, missingOf, sipp } from "../lab/install/debianPackages.ts";
import { terminalProgress } from "../lab/install/Progress.ts";
import { startBareApplication } from "./bareCalls.ts";
import { calledNumber } from "./BridgeUnderTest.ts";
import { heapInUse, probedIn } from "./heapInUse.ts";
import { LossyRelay } from "./LossyRelay.ts";
import { cpuMs } from "./processCpu.ts";
import { placeCalls } from "./SippLoad.ts";
import { startEmbeddedServer } from "./sipServers.ts";

const { minutes, rate, loss } = command(
    "soak",
    "Calls over a network that loses datagrams, and what they leave behind.",
)
    .option("--minutes <minutes>", "for how long", numberFrom(0.1, 10_080), 30)
    .option("--rate <calls>", "calls a second", wholeNumberFrom(1, 10_000), 50)
    .option("--loss <percent>", "of the datagrams in each direction", numberFrom(0, 100), 2)
    .addHelpText("after", "\nExit codes: 0 nothing left behind, 1 something, or calls failed, 2 wrong options.")
    .parse()
    .opts<{ readonly minutes: number; readonly rate: number; readonly loss: number }>();
const seconds = Math.round(minutes * 60);
/** Transactions linger for 32 s, an INVITE without ACK too, and then its BYE. */
const allOverMs = 110_000;
/** What a collected heap may differ by between two looks. */
const toleratedMebibytes = 8;

await installDebianPackages(missingOf([sipp]), terminalProgress());
// not among the lab's runs, of which only the newest are kept: a soak may see hundreds come and go
const directory = mkdtempSync(join(tmpdir(), "sip-soak-"));
console.error(`files: ${directory}`);
const server = await startEmbeddedServer(directory, probedIn(directory));
const application = await startBareApplication(server, directory);
const relay = await LossyRelay.start(server.sip.port, loss / 100);
const startedAt = Date.now();
const samples: Record<string, number>[] = [await sample()];
try {
    const load = placeCalls({
        name: "soak",
        directory,
        target: { port: relay.port },
        callee: calledNumber,
        callsPerSecond: rate,
        calls: rate * seconds,
        talkMs: 5_000,
        callers: rate * 30,
        timeline: false,
    });
    const over = load.then(() => true);
    while (!(await Promise.race([over, delay(60_000, false)]))) samples.push(report(await sample()));
    const { attempted, failed, retransmissions } = await load;
    await delay(allOverMs);
    const last = report(await sample());
    samples.push(last);
    console.table(samples);
    const { carried, lost } = relay.datagrams;
    const verdict = { attempted, failed, retransmissions, datagramsLost: lost / (carried + lost), ...leftOver(last) };
    console.log(JSON.stringify(verdict));
    process.exitCode = failed === 0 && verdict.left === 0 && verdict.mebibytesGrown < toleratedMebibytes ? 0 : 1;
} finally {
    relay.stop();
    await application.stop();
    await server.stop();
}

/** What the server holds, and the memory in use in it after a garbage collection. */
async function sample(): Promise<Record<string, number>> {
    const response = await fetch(server.metrics);
    const text = await response.text();
    const metric = (name: string): number => Number(new RegExp(`^sip_${name} (\\d+)$`, "m").exec(text)?.[1]);
    const pid = server.pid ?? 0;
    return {
        second: Math.round((Date.now() - startedAt) / 1_000),
        transactions: metric("transactions"),
        dialogs: metric("dialogs"),
        timers: metric("timers"),
        pending: metric("pending"),
        connections: metric("connections"),
        applicationTransactions: metric("application_transactions"),
        applicationDialogs: metric("application_dialogs"),
        repeated: metric("retransmissions_sent_total"),
        mebibytes: Math.round((await heapInUse(pid, directory)) * 10) / 10,
        cpuSeconds: Math.round(cpuMs(pid) / 1_000),
    };
}

function report(taken: Record<string, number>): Record<string, number> {
    console.error(JSON.stringify(taken));
    return taken;
}

/** What should be zero in the end, and what memory has come to since the first look at a server without calls. */
function leftOver(last: Record<string, number>): { readonly left: number; readonly mebibytesGrown: number } {
    const held = ["transactions", "dialogs", "timers", "pending", "connections"];
    const owned = ["applicationTransactions", "applicationDialogs"];
    const left = [...held, ...owned].reduce((sum, name) => sum + (last[name] ?? Number.NaN), 0);
    return { left, mebibytesGrown: (last["mebibytes"] ?? Number.NaN) - (samples[0]?.["mebibytes"] ?? Number.NaN) };
}
