import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sipp } from "../../../lab/install/debianPackages.ts";
import { makeRunDirectory, projectRoot } from "../../../lab/labFolder.ts";
import { portIsBound } from "../../../lab/world/boundPort.ts";
import { freePort, loopback } from "../../../lab/world/freePort.ts";
import { LabProcess } from "../../../lab/world/LabProcess.ts";

export type SippTransport = "udp" | "tcp";
const sippModes = { udp: "u1", tcp: "t1" } as const;

export type SippPlan = {
    /** A file of spec/integration/sip/scenarios, without its ending. */
    readonly scenario: string;
    readonly transport: SippTransport;
    /** The server it calls; absent if the scenario waits to be called. */
    readonly server?: number;
    /** Its own port; a free one if not given. */
    readonly port?: number;
    /** How often it plays the scenario; once if not given. */
    readonly calls?: number;
};

/** SIPp playing a scenario. Resolves once it has started (and listens, if it is to be called). */
export async function startSipp({
    scenario,
    transport,
    server,
    port: ownPort,
    calls = 1,
}: SippPlan): Promise<{ port: number; passes: () => Promise<void>; stop: () => Promise<void> }> {
    const directory = makeRunDirectory(`sipp-${scenario}`);
    const port = ownPort ?? (await freePort());
    const errors = join(directory, "errors.log");
    const process = LabProcess.start({
        name: "sipp",
        command: sipp.provides,
        args: [
            ...(server === undefined ? [] : [`${loopback}:${server}`]),
            ...["-sf", join(projectRoot, "spec/integration/sip/scenarios", `${scenario}.xml`), "-m", String(calls)],
            "-nostdin",
            ...["-i", loopback, "-p", String(port), "-t", sippModes[transport], "-cp", String(await freePort())],
            ...["-trace_msg", "-message_file", join(directory, "messages.log"), "-trace_err", "-error_file", errors],
            ...["-timeout", "20", "-timeout_error"],
        ],
        directory,
        env: { TERM: "dumb" },
    });
    if (server === undefined) await process.ready(() => portIsBound(transport, port, loopback), 5_000);
    const passes = async (): Promise<void> => {
        const { code } = await process.exited;
        if (code !== 0)
            throw new Error(`SIPp ended with ${String(code)} in ${scenario}; see ${directory}\n${complaint(errors)}`);
    };
    return { port, passes, stop: () => process.stop(200) };
}

function complaint(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return "it left no complaint";
    }
}
