import { randomUUID } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { once } from "node:events";
import { makeRunDirectory } from "../labFolder.ts";
import { freePort, loopback, mediaPortRange } from "./freePort.ts";
import { LabProcess } from "./LabProcess.ts";
import { until } from "./until.ts";
import type { ProcessPlan, Stoppable } from "./LabProcess.ts";

/** rtpengine in user space on loopback, as the bridge's media proxy. */
export class Rtpengine implements Stoppable {
    readonly ngPort: number;
    readonly directory: string;
    readonly #cliPort: number;
    readonly #plan: ProcessPlan;
    #process: LabProcess;

    private constructor(running: LabProcess, plan: ProcessPlan, ngPort: number, cliPort: number) {
        this.#process = running;
        this.#plan = plan;
        this.directory = plan.directory;
        this.ngPort = ngPort;
        this.#cliPort = cliPort;
    }

    /** @param address where it takes media */
    static async start(extraArgs: readonly string[] = [], address: string = loopback): Promise<Rtpengine> {
        const directory = makeRunDirectory("rtpengine");
        const [ngPort, cliPort] = [await freePort(), await freePort()];
        const media = mediaPortRange();
        const plan: ProcessPlan = {
            name: "rtpengine",
            command: "/usr/bin/rtpengine",
            args: [
                "--foreground",
                // Debian's configuration has a fixed port in it, of which there is one a machine.
                "--config-file=none",
                "--log-stderr",
                "--log-level=6",
                // No kernel module: packets are forwarded in user space.
                "--table=-1",
                `--interface=${address}`,
                `--listen-ng=${loopback}:${ngPort}`,
                `--listen-cli=${loopback}:${cliPort}`,
                `--port-min=${media.first}`,
                `--port-max=${media.last}`,
                "--delete-delay=0",
                ...extraArgs,
            ],
            directory,
        };
        return new Rtpengine(await launch(plan, ngPort), plan, ngPort, cliPort);
    }

    /** Sessions it holds now, by its command line interface, which is independent of how the bridge talks to it. */
    async sessionCount(): Promise<number> {
        const reply = await askCli(this.#cliPort, "list numsessions");
        const count = /own:\s*(\d+)/i.exec(reply)?.[1] ?? /(\d+)/.exec(reply)?.[1];
        if (count === undefined) throw new Error(`rtpengine's count of sessions reads: ${reply}`);
        return Number(count);
    }

    /** Streams whose quality it can tell now: both parties have sent RTCP reports. */
    async ratedStreams(): Promise<number> {
        const { calls } = JSON.parse(await askNg(this.ngPort, { command: "list" })) as { calls: readonly string[] };
        const replies = await Promise.all(
            calls.map((callId) => askNg(this.ngPort, { command: "query", "call-id": callId })),
        );
        return replies.reduce((sum, reply) => sum + reply.split('"average MOS"').length - 1, 0);
    }

    /** Streams it transcodes now. */
    async transcodedStreams(): Promise<number> {
        const count = /Transcoded media\s*:\s*(\d+)/i.exec(await askCli(this.#cliPort, "list totals"))?.[1];
        if (count === undefined) throw new Error("rtpengine does not say what it transcodes");
        return Number(count);
    }

    /** Resolves once it holds no session. @throws Error if some are left after `timeoutMs`. */
    async drained(timeoutMs = 5_000): Promise<void> {
        await until(async () => ((await this.sessionCount()) === 0 ? true : undefined), {
            what: "rtpengine to hold no session",
            timeoutMs,
        });
    }

    async stop(): Promise<void> {
        await this.#process.stop();
    }

    signal(signal: NodeJS.Signals): void {
        this.#process.signal(signal);
    }

    /** Kills it (SIGKILL), as a crash does, and resolves once it is gone. */
    async kill(): Promise<void> {
        this.signal("SIGKILL");
        await this.#process.exited;
    }

    /** Starts it on the same ports, after `kill` or `stop`. It has forgotten its sessions. */
    async startAgain(): Promise<void> {
        this.#process = await launch(this.#plan, this.ngPort);
    }

    log(): string {
        return this.#process.log();
    }
}

async function launch(plan: ProcessPlan, ngPort: number): Promise<LabProcess> {
    const running = LabProcess.start(plan);
    await running.ready(() => pong(ngPort), 10_000);
    return running;
}

/** True once the ng port answers a ping. */
async function pong(port: number): Promise<true | undefined> {
    const reply = await askNg(port, { command: "ping" }, 200).catch(() => "");
    return reply.includes("pong") ? true : undefined;
}

/** The reply of the ng port: a JSON dictionary behind a cookie. */
async function askNg(port: number, request: Readonly<Record<string, string>>, timeoutMs = 2_000): Promise<string> {
    const socket = createSocket("udp4");
    try {
        // a reply that was given before is repeated for the same cookie
        const cookie = randomUUID();
        socket.send(`${cookie} ${JSON.stringify(request)}`, port, loopback);
        const [message] = (await once(socket, "message", { signal: AbortSignal.timeout(timeoutMs) })) as [Buffer];
        return message.toString().slice(cookie.length + 1);
    } finally {
        socket.close();
    }
}

async function askCli(port: number, command: string): Promise<string> {
    const socket = connect(port, loopback);
    socket.setEncoding("utf8").setTimeout(5_000, () => socket.destroy(new Error("rtpengine's CLI does not answer")));
    let reply = "";
    socket.on("data", (text: string) => {
        reply += text;
    });
    socket.write(`${command}\n`);
    await once(socket, "end");
    socket.destroy();
    return reply;
}
