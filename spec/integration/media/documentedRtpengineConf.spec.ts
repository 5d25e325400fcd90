import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeRunDirectory, projectRoot } from "../../../lab/labFolder.ts";
import { freePort, loopback } from "../../../lab/world/freePort.ts";
import { LabProcess } from "../../../lab/world/LabProcess.ts";

/** The addresses of docs/examples/rtpengine.conf, which this machine does not have, and its port, which can be in use. */
const OWN_ADDRESS = "10.0.0.5";
const PUBLIC_ADDRESS = "203.0.113.7";
const CONTROL_PORT = ":2223";

const offer = [
    "v=0",
    `o=- 1 1 IN IP4 ${loopback}`,
    "s=-",
    `c=IN IP4 ${loopback}`,
    "t=0 0",
    "m=audio 40000 RTP/AVP 8",
    "",
].join("\r\n");

/** Sends a command to rtpengine; resolves to its reply, or to nothing within a second. */
async function ask(port: number, command: Readonly<Record<string, string>>): Promise<string | undefined> {
    const socket = createSocket("udp4");
    try {
        socket.send(`cookie-${command["command"] ?? ""} ${JSON.stringify(command)}`, port, loopback);
        const [reply] = (await once(socket, "message", { signal: AbortSignal.timeout(1_000) })) as [Buffer];
        return reply.toString();
    } catch {
        return undefined;
    } finally {
        socket.close();
    }
}

it("docs/examples/rtpengine.conf starts rtpengine, which announces the public address", async () => {
    const directory = makeRunDirectory("rtpengine-conf");
    const port = await freePort();
    const text = readFileSync(join(projectRoot, "docs/examples/rtpengine.conf"), "utf8");
    const file = join(directory, "rtpengine.conf");
    writeFileSync(file, text.replace(OWN_ADDRESS, loopback).replace(CONTROL_PORT, `:${port}`));
    const running = LabProcess.start({
        name: "rtpengine",
        command: "/usr/bin/rtpengine",
        args: ["--foreground", "--log-stderr", `--config-file=${file}`],
        directory,
    });
    try {
        await running.ready(
            async () => ((await ask(port, { command: "ping" })) === undefined ? undefined : true),
            10_000,
        );
        const call = { "call-id": "documented", "from-tag": "a" };
        expect(await ask(port, { command: "offer", ...call, sdp: offer })).toContain(`IN IP4 ${PUBLIC_ADDRESS}`);
    } finally {
        await running.stop();
    }
});
