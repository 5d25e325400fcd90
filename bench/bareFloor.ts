import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { makeRunDirectory, projectRoot } from "../lab/labFolder.ts";
import { LabProcess } from "../lab/world/LabProcess.ts";
import { freePort, loopback } from "../lab/world/freePort.ts";
import { calledNumber } from "./BridgeUnderTest.ts";
import { cpuMs } from "./processCpu.ts";
import { placeCalls } from "./SippLoad.ts";

export interface BareFloor {
    readonly applicationMsPerCall: number;
    readonly sipServerMsPerCall: number;
    readonly failed: number;
    readonly retransmissions: number;
}

/** The same calls, answered by a bare drachtio-srf application over the same embedded server. */
export async function measureBareFloor(callsPerSecond: number, seconds: number): Promise<BareFloor> {
    const directory = makeRunDirectory("bench-bare");
    const [control, sip] = [await freePort(), await freePort()];
    const secret = randomBytes(16).toString("hex");
    const server = LabProcess.start({
        name: "sip-server",
        command: process.execPath,
        directory,
        args: [
            join(projectRoot, "lib/sip-server/main.ts"),
            ...["--control", `${loopback}:${control}`, "--sip", `udp/${loopback}:${sip}`],
        ],
        env: { SIP_SERVER_SECRET: secret },
    });
    await server.ready(() => (server.log().includes('"event":"listening"') ? true : undefined), 10_000);
    const application = LabProcess.start({
        name: "bare-application",
        command: process.execPath,
        directory,
        args: [join(projectRoot, "bench/bareApplication.ts"), String(control), secret],
    });
    await application.ready(() => (application.log().includes("connected") ? true : undefined), 10_000);
    try {
        const load = (name: string, calls: number): ReturnType<typeof placeCalls> =>
            placeCalls({
                name,
                directory,
                target: { port: sip },
                callee: calledNumber,
                callsPerSecond,
                calls,
                talkMs: 1_000,
                callers: callsPerSecond * 4,
            });
        await load("warm-up", callsPerSecond * 2);
        const pids = { application: application.pid ?? 0, server: server.pid ?? 0 };
        const before = { application: cpuMs(pids.application), server: cpuMs(pids.server) };
        const result = await load("load", callsPerSecond * seconds);
        return {
            applicationMsPerCall: (cpuMs(pids.application) - before.application) / result.attempted,
            sipServerMsPerCall: (cpuMs(pids.server) - before.server) / result.attempted,
            failed: result.failed,
            retransmissions: result.retransmissions,
        };
    } finally {
        await application.stop();
        await server.stop();
    }
}
