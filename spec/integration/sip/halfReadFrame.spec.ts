import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { loopback } from "../../../lab/world/freePort.ts";
import { until } from "../../../lab/world/until.ts";
import { connectDrachtio } from "../../../lib/sip/drachtio/connectDrachtio.ts";

/** Answers every command of an application with OK. */
function confirmAll(socket: Socket): void {
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
        for (const [, id = ""] of data.toString().matchAll(/\d+#([^|]+)\|/g)) {
            const reply = `${randomUUID()}|response|${id}|OK|udp/${loopback}:5060|v0.9.5`;
            socket.write(`${reply.length}#${reply}`);
        }
    });
}

it("closes a connection in the middle of a frame, whatever the server still sends", async () => {
    const server = createServer(confirmAll);
    server.listen(0, loopback);
    await once(server, "listening");
    const accepted = once(server, "connection");
    const { port } = server.address() as AddressInfo;
    const nothing = (): void => undefined;
    const connection = await connectDrachtio(
        { host: loopback, port, secret: "s" },
        { onRequest: nothing, onLost: nothing },
        5_000,
    );
    const [socket] = (await accepted) as [Socket];
    onTestFinished(() => {
        socket.destroy();
        server.close();
    });
    const errors: unknown[] = [];
    const note = (error: unknown): void => void errors.push(error);
    process.on("uncaughtException", note);
    onTestFinished(() => void process.off("uncaughtException", note));
    // the response to this ping, and those to all commands before it
    await connection.ping();
    const before = connection.received;
    const whole = `${randomUUID()}|response|unknown|OK|`;
    socket.write(`${whole.length}#${whole}100#the first part of a frame`);
    await until(() => (connection.received > before ? true : undefined), { what: "a frame", timeoutMs: 5_000 });
    const closed = once(socket, "close");
    connection.close();
    socket.write(" and its rest#with a second one");
    await closed;
    expect(errors).toEqual([]);
});
