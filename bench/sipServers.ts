import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../lab/labFolder.ts";
import { freePort, loopback } from "../lab/world/freePort.ts";
import { type Endpoint, formatHostPort, parseEndpoint } from "../lib/config/HostPort.ts";
import { probeDrachtio } from "../lib/liveCheck/probeDrachtio.ts";
import { LabProcess } from "../lab/world/LabProcess.ts";

/** A server that speaks the drachtio control protocol, as a bench needs to know it. */
export interface ServerUnderTest {
    readonly control: Endpoint;
    readonly secret: string;
    /** Where it takes SIP over UDP. */
    readonly sip: Endpoint;
    /** Its process, if it runs on this machine. */
    readonly pid: number | undefined;
    /** Ends what was started for the bench. */
    stop(): Promise<void>;
}

/** The embedded server: all its counters are known. */
export interface EmbeddedServer extends ServerUnderTest {
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

/** `host:port:secret`; undefined for anything else. */
export function parseControl(text: string): (Endpoint & { readonly secret: string }) | undefined {
    const [, address = "", secret = ""] = /^(.+?:[0-9]+):(.+)$/.exec(text) ?? [];
    const endpoint = parseEndpoint(address);
    return endpoint === undefined ? undefined : { ...endpoint, secret };
}

/**
 * A server somebody else has started, which takes SIP at `sip` or else at the first UDP address it tells. Rejects, saying
 * why, if it is not there, knows another secret, or takes no UDP.
 */
export async function reachExternalServer(
    { host, port, secret }: Endpoint & { readonly secret: string },
    sip: Endpoint | undefined,
): Promise<ServerUnderTest> {
    const { result } = await probeDrachtio({ host, port, secret });
    const udp = result.kind === "works" ? firstUdp(result.text) : undefined;
    const at = sip ?? udp;
    if (result.kind === "fails" || at === undefined) {
        const why = result.kind === "fails" ? result.text : `it takes no SIP over UDP: ${result.text}`;
        throw new Error(`the server at ${formatHostPort({ host, port })} cannot be measured: ${why}`);
    }
    return { control: { host, port }, secret, sip: at, pid: listenerOf(port), stop: () => Promise.resolve() };
}

/** The first UDP address of what a server tells its applications: `udp/192.0.2.1:5060,tcp/...`. */
function firstUdp(hostports: string): Endpoint | undefined {
    const [, host, port] = /(?:^|,)udp\/([^,]+):(\d+)/.exec(hostports) ?? [];
    return host === undefined ? undefined : { host, port: Number(port) };
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
        return []; // exited meanwhile, or owned by another user
    }
}
