import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../lab/labFolder.ts";
import { LabProcess } from "../lab/world/LabProcess.ts";
import { freePort, loopback } from "../lab/world/freePort.ts";
import { probedIn } from "./heapInUse.ts";
import { childRunning } from "./processCpu.ts";

export const domain = "matrix.example";
export const calledNumber = "+442071838750";
export const callee = `@alice:${domain}`;

export interface BridgePorts {
    readonly sip: number;
    readonly appservice: number;
    readonly homeserver: number;
    readonly rtpengine: number;
}

/** Files and secrets of a bridge that is not started yet: a homeserver must know the registration first. */
export interface BridgePlan {
    readonly directory: string;
    readonly ports: BridgePorts;
    readonly asToken: string;
    readonly hsToken: string;
    readonly registrationFile: string;
    readonly configFile: string;
}

export interface PlanOptions {
    readonly homeserverPort?: number;
    /** What the configuration has in addition. */
    readonly config?: object;
}

export async function planBridge(
    directory: string,
    rtpenginePort: number,
    { homeserverPort, config = {} }: PlanOptions = {},
): Promise<BridgePlan> {
    const ports: BridgePorts = {
        sip: await freePort(),
        appservice: await freePort(),
        homeserver: homeserverPort ?? (await freePort()),
        rtpengine: rtpenginePort,
    };
    const plan: BridgePlan = {
        directory,
        ports,
        asToken: randomBytes(16).toString("hex"),
        hsToken: randomBytes(16).toString("hex"),
        registrationFile: join(directory, "registration.yaml"),
        configFile: join(directory, "config.yaml"),
    };
    // JSON is YAML
    writeFileSync(plan.configFile, JSON.stringify({ ...configOf(ports), ...config }));
    writeFileSync(plan.registrationFile, JSON.stringify(registrationOf(plan)));
    return plan;
}

function configOf(ports: BridgePorts): object {
    return {
        homeserver: { url: `http://${loopback}:${ports.homeserver}`, domain },
        appservice: { port: ports.appservice },
        matrix: { joinAsCallee: true },
        sip: {
            listen: [`udp:${loopback}:${ports.sip}`],
            peers: [{ name: "phones", inboundNetworks: [loopback], callsPerSecond: 10_000, maxCalls: 10_000 }],
        },
        numbers: { defaultCountry: "GB", map: { [calledNumber]: callee } },
        calls: { maxCalls: 5_000 },
        media: { rtpengine: [`${loopback}:${ports.rtpengine}`] },
        store: { path: "data" },
        logging: { level: "info", format: "json" },
    };
}

function registrationOf(plan: BridgePlan): object {
    const local = `@.*:${domain.replaceAll(".", "\\.")}`;
    return {
        id: "sip",
        url: `http://${loopback}:${plan.ports.appservice}`,
        as_token: plan.asToken,
        hs_token: plan.hsToken,
        sender_localpart: "sip-bridge",
        rate_limited: false,
        receive_ephemeral: true,
        protocols: ["m.protocol.pstn", "im.vector.protocol.pstn"],
        namespaces: {
            users: [
                { exclusive: true, regex: `@sip_.*:${domain.replaceAll(".", "\\.")}` },
                { exclusive: false, regex: local },
            ],
            aliases: [],
            rooms: [],
        },
    };
}

export interface RunningBridge {
    readonly process: LabProcess;
    readonly pid: number;
    readonly sipServerPid: number;
}

/** Starts the bridge of a plan as its users do; resolves when it takes calls. */
export async function startBridge(plan: BridgePlan): Promise<RunningBridge> {
    const running = LabProcess.start({
        name: "bridge",
        command: process.execPath,
        directory: plan.directory,
        args: [join(projectRoot, "lib/main.ts"), "-c", plan.configFile, "-f", plan.registrationFile],
        env: probedIn(plan.directory),
    });
    const sipServerPid = await running.ready(() => {
        if (!running.log().includes("bridge ready")) return undefined;
        return childRunning(running.pid ?? 0, "sip-server");
    }, 30_000);
    return { process: running, pid: running.pid ?? 0, sipServerPid };
}
