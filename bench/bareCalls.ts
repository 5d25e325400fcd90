import { join } from "node:path";
import { projectRoot } from "../lab/labFolder.ts";
import { LabProcess } from "../lab/world/LabProcess.ts";
import { calledNumber } from "./BridgeUnderTest.ts";
import { cpuMs } from "./processCpu.ts";
import { placeCalls } from "./SippLoad.ts";
import type { ServerUnderTest } from "./sipServers.ts";

export interface BareCallFigures {
    readonly callsPerSecond: number;
    readonly failed: number;
    readonly retransmissions: number;
    readonly applicationMsPerCall: number;
    /** Undefined for a server on another machine. */
    readonly serverMsPerCall: number | undefined;
}

/** Calls over that server to a bare application. */
export async function placeBareCalls(
    server: ServerUnderTest,
    directory: string,
    { callsPerSecond, seconds }: { readonly callsPerSecond: number; readonly seconds: number },
): Promise<BareCallFigures> {
    const application = await startBareApplication(server, directory);
    try {
        const load = (name: string, calls: number): ReturnType<typeof placeCalls> =>
            placeCalls({
                name,
                directory,
                target: server.sip,
                callee: calledNumber,
                callsPerSecond,
                calls,
                talkMs: 1_000,
                callers: callsPerSecond * 4,
            });
        await load("warm-up", callsPerSecond * 5);
        const used = (): { application: number; server: number | undefined } => ({
            application: cpuMs(application.pid ?? 0),
            server: server.pid === undefined ? undefined : cpuMs(server.pid),
        });
        const before = used();
        const { attempted, failed, retransmissions, timeline } = await load("load", callsPerSecond * seconds);
        const after = used();
        const placing = ((timeline.at(-1)?.invite ?? 0) - (timeline[0]?.invite ?? 0)) / 1_000;
        return {
            callsPerSecond: (timeline.length - 1) / placing,
            failed,
            retransmissions,
            applicationMsPerCall: (after.application - before.application) / attempted,
            serverMsPerCall:
                after.server === undefined || before.server === undefined
                    ? undefined
                    : (after.server - before.server) / attempted,
        };
    } finally {
        await application.stop();
    }
}

/** A drachtio-srf application that does nothing but answer calls. Resolves once it is connected. */
export async function startBareApplication(
    { control, secret }: ServerUnderTest,
    directory: string,
): Promise<LabProcess> {
    const application = LabProcess.start({
        name: "bare-application",
        command: process.execPath,
        directory,
        args: [join(projectRoot, "bench/bareApplication.ts"), control.host, String(control.port), secret],
    });
    await application.ready(() => (application.log().includes("connected") ? true : undefined), 10_000);
    return application;
}
