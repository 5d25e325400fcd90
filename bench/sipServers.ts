import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../lab/labFolder.ts";
import { freePort, loopback } from "../lab/world/freePort.ts";
import { LabProcess } from "../lab/world/LabProcess.ts";

/** A server that speaks the drachtio control protocol, as a bench needs to know it. */
export interface ServerUnderTest {
    readonly control: { readonly host: string; readonly port: number };
    readonly secret: string;
    /** Where it takes SIP over UDP; undefined: at the first UDP address it tells its applications. */
    readonly sip: { readonly host: string; readonly port: number } | undefined;
    /** Its process, if it runs on this machine. */
    readonly pid: number | undefined;
    /** Ends what was started for the bench. */
    stop(): Promise<void>;
}

/** A server of ours: all about it is known. */
export interface EmbeddedServer extends ServerUnderTest {
    readonly sip: { readonly host: string; readonly port: number };
    /** Where its counters are. */
    readonly metrics: string;
}

/** The embedded server on ports of its own. */
export async function startEmbeddedServer(
    directory: string,
    env: Readonly<Record<string, string>> = {},
): Promise<EmbeddedServer> {
    const [control, sip, metrics] = [await freePort(), await freePort(), await freePort()];
    const secret = randomBytes(16).toString("hex");
    const server = LabProcess.start({
        name: "sip-server",
        command: process.execPath,
        directory,
        args: [
            join(projectRoot, "lib/sip-server/main.ts"),
            ...["--control", `${loopback}:${control}`, "--sip", `udp/${loopback}:${sip}`],
            ...["--metrics", `${loopback}:${metrics}`],
        ],
        env: { SIP_SERVER_SECRET: secret, ...env },
    });
    await server.ready(() => (server.log().includes('"event":"listening"') ? true : undefined), 10_000);
    return {
        control: { host: loopback, port: control },
        secret,
        sip: { host: loopback, port: sip },
        metrics: `http://${loopback}:${metrics}/metrics`,
        pid: server.pid,
        stop: () => server.stop(),
    };
}

/**
 * A server somebody else has started, as `host:port:secret` of its control port and perhaps `host:port` of its SIP
 * address. Throws for anything else.
 */
export function externalServer(control: string, sip: string | undefined): ServerUnderTest {
    const [, host, port, secret] = /^([^:]+):(\d+):(.+)$/.exec(control) ?? [];
    if (host === undefined || secret === undefined) throw new Error("DRACHTIO must be host:port:secret");
    const [, sipHost, sipPort] = /^([^:]+):(\d+)$/.exec(sip ?? "") ?? [];
    if (sip !== undefined && sipHost === undefined) throw new Error("the SIP address must be host:port");
    return {
        control: { host, port: Number(port) },
        secret,
        sip: sipHost === undefined ? undefined : { host: sipHost, port: Number(sipPort) },
        pid: listenerOf(Number(port)),
        stop: () => Promise.resolve(),
    };
}

/** The process that listens on a TCP port of this machine: whose descriptors hold the socket the kernel lists. */
function listenerOf(port: number): number | undefined {
    const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
    const sockets = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => readFileSync(table, "utf8").split("\n"));
    const listening = sockets
        .map((line) => line.trim().split(/\s+/))
        .find(([, local, , state]) => {
            return local?.endsWith(suffix) === true && state === "0A";
        });
    if (listening === undefined) return undefined;
    const wanted = `socket:[${listening[9] ?? ""}]`;
    return readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .find((pid) => linksOf(`/proc/${pid}/fd`).includes(wanted));
}

function linksOf(directory: string): string[] {
    try {
        return readdirSync(directory).map((name) => readlinkSync(join(directory, name)));
    } catch {
        return []; // gone meanwhile, or not ours to look into
    }
}
