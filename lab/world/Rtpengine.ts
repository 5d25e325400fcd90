import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { once } from "node:events";
import { makeRunDirectory } from "../labFolder.ts";
import { freePort, loopback, mediaPortRange } from "./freePort.ts";
import { LabProcess } from "./LabProcess.ts";
import { until } from "./until.ts";
import type { Stoppable } from "./LabProcess.ts";

/** rtpengine in user space on loopback, as the bridge's media proxy. */
export class Rtpengine implements Stoppable {
    readonly ngPort: number;
    readonly directory: string;
    readonly #cliPort: number;
    readonly #process: LabProcess;

    private constructor(running: LabProcess, directory: string, ngPort: number, cliPort: number) {
        this.#process = running;
        this.directory = directory;
        this.ngPort = ngPort;
        this.#cliPort = cliPort;
    }

    /** @param address where it takes media */
    static async start(extraArgs: readonly string[] = [], address: string = loopback): Promise<Rtpengine> {
        const directory = makeRunDirectory("rtpengine");
        const [ngPort, cliPort] = [await freePort(), await freePort()];
        const media = mediaPortRange();
        const running = LabProcess.start({
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
        });
        await running.ready(() => pong(ngPort), 10_000);
        return new Rtpengine(running, directory, ngPort, cliPort);
    }

    /** Sessions it holds now, by its command line interface, which is independent of how the bridge talks to it. */
    async sessionCount(): Promise<number> {
        const reply = await askCli(this.#cliPort, "list numsessions");
        const count = /own:\s*(\d+)/i.exec(reply)?.[1] ?? /(\d+)/.exec(reply)?.[1];
        if (count === undefined) throw new Error(`rtpengine's count of sessions reads: ${reply}`);
        return Number(count);
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

    log(): string {
        return this.#process.log();
    }
}

/** True once the ng port answers a ping (a bencoded dictionary behind a cookie). */
async function pong(port: number): Promise<true | undefined> {
    const socket = createSocket("udp4");
    try {
        return await new Promise((resolve) => {
            const timer = setTimeout(() => resolve(undefined), 200);
            const finish = (answered: true | undefined): void => {
                clearTimeout(timer);
                resolve(answered);
            };
            socket.on("error", () => finish(undefined));
            socket.on("message", (message) => finish(message.includes("pong") ? true : undefined));
            socket.send("lab d7:command4:pinge", port, loopback);
        });
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
