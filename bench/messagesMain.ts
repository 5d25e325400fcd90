/**
 * `npm run bench:messages`: how many messages the bridge passes in each direction, what they cost, and whether one is lost or
 * arrives twice. Options: `--help`.
 */
import { command, wholeNumberFrom } from "../lab/commandLine.ts";
import { measureMessageLoad } from "./messageLoad.ts";

const { json, rate, seconds, conversations } = command("bench:messages", "Cost of messages.")
    .option("--json", "print the figures as one JSON object in the last line", false)
    .option("--rate <messages>", "messages per second in each direction", wholeNumberFrom(1, 10_000), 300)
    .option("--seconds <seconds>", "duration of each direction", wholeNumberFrom(1, 3_600), 20)
    .option("--conversations <numbers>", "numbers that write and are written to", wholeNumberFrom(1, 10_000), 100)
    .addHelpText("after", "\nExit codes: 0 done, 1 a message was lost or arrived twice, 2 wrong options.")
    .parse()
    .opts<{
        readonly json: boolean;
        readonly rate: number;
        readonly seconds: number;
        readonly conversations: number;
    }>();

const figures = await measureMessageLoad({ messagesPerSecond: rate, seconds, conversations }, (line) =>
    console.error(`  ${line}`),
);
console.table({
    "SIP to Matrix, per second": { figure: figures.toMatrix.perSecond, goal: "300" },
    "SIP to Matrix, CPU ms/message": { figure: figures.toMatrix.cpuMs, goal: "" },
    "SIP to Matrix, p95 ms": { figure: figures.toMatrix.p95Ms, goal: "< 50" },
    "Matrix to SIP, per second": { figure: figures.toSip.perSecond, goal: "300" },
    "Matrix to SIP, CPU ms/message": { figure: figures.toSip.cpuMs, goal: "" },
    "Matrix to SIP, p95 ms": { figure: figures.toSip.p95Ms, goal: "< 50" },
    lost: { figure: figures.lost, goal: "0" },
    doubled: { figure: figures.doubled, goal: "0" },
});
if (json) console.log(JSON.stringify(figures));
process.exitCode = figures.lost + figures.doubled === 0 ? 0 : 1;
