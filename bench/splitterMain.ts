/**
 * `npm run bench:video`: what the splitter costs a call with video: 50 audio packets and 125 video packets (1.2 Mbit/s) per second
 * in each direction. Options: `--help`.
 */
import { spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { command, wholeNumberFrom } from "../lab/commandLine.ts";
import { until } from "../lab/world/until.ts";
import { cpuMs } from "./processCpu.ts";

const { json, seconds } = command("bench:video", "Cost of the splitter of a call with video.")
    .option("--json", "print the figures as one JSON object in the last line", false)
    .option("--seconds <seconds>", "duration", wholeNumberFrom(1, 3_600), 20)
    .parse()
    .opts<{ readonly json: boolean; readonly seconds: number }>();

const TICK_MS = 8;
let received = 0;

async function port(): Promise<Socket> {
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    socket.on("message", () => (received += 1));
    return socket;
}

function packet(payload: number, source: number, bytes: number): Buffer {
    const rtp = Buffer.alloc(bytes);
    rtp.writeUInt16BE(0x80_00 + payload, 0);
    rtp.writeUInt32BE(source, 8);
    return rtp;
}

const ends = [await port(), await port(), await port()];
const host = spawn(
    process.execPath,
    [join(import.meta.dirname, "splitterHost.ts"), ...ends.map((end) => String(end.address().port))],
    { stdio: ["ignore", "pipe", "inherit"] },
);
const [line] = (await once(host.stdout, "data")) as [Buffer];
const [bundle = 0, audio = 0, video = 0] = JSON.parse(line.toString()) as number[];
const pid = host.pid ?? 0;
const [ofBundle, ofAudio, ofVideo] = ends as [Socket, Socket, Socket];
const sound = [packet(0, 1, 172), packet(0, 2, 172)] as const;
const picture = [packet(96, 3, 1_200), packet(96, 4, 1_200)] as const;

const passes = (): true | undefined => {
    ofBundle.send(picture[0], bundle);
    ofBundle.send(sound[0], bundle);
    ofVideo.send(picture[1], video);
    ofAudio.send(sound[1], audio);
    return received >= 12 ? true : undefined;
};
await until(passes, { what: "the splitter to be connected", timeoutMs: 5_000, everyMs: 50 });
await delay(500);
received = 0;

const [startedAt, before] = [performance.now(), cpuMs(pid)];
let sent = 0;
for (let tick = 0; performance.now() - startedAt < seconds * 1_000; tick += 1) {
    ofBundle.send(picture[0], bundle);
    ofVideo.send(picture[1], video);
    sent += 2;
    if (tick % 5 < 2) {
        ofBundle.send(sound[0], bundle);
        ofAudio.send(sound[1], audio);
        sent += 2;
    }
    await delay(Math.max(0, startedAt + (tick + 1) * TICK_MS - performance.now()));
}
const elapsed = performance.now() - startedAt;
const used = cpuMs(pid) - before;
await delay(500);
const figures = {
    packetsPerSecond: Math.round(sent / (elapsed / 1_000)),
    lost: sent - received,
    corePercentPerCall: Math.round((used / elapsed) * 10_000) / 100,
};
host.kill();
for (const end of ends) end.close();
console.table({
    "packets per second, both directions": { figure: figures.packetsPerSecond, goal: "350" },
    "packets lost": { figure: figures.lost, goal: "0" },
    "per cent of a core per call": { figure: figures.corePercentPerCall, goal: "" },
});
if (json) console.log(JSON.stringify(figures));
process.exitCode = figures.lost === 0 ? 0 : 1;
