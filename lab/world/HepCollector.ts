import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { loopback } from "./freePort.ts";
import type { Stoppable } from "./LabProcess.ts";

/** Receives HEP packets over UDP, as Homer does. */
export class HepCollector implements Stoppable {
    readonly port: number;
    /** What arrived so far, in order. */
    readonly datagrams: Buffer[] = [];
    readonly #socket: Socket;

    private constructor(socket: Socket) {
        this.#socket = socket;
        this.port = socket.address().port;
        socket.on("message", (datagram) => this.datagrams.push(datagram));
    }

    static async start(): Promise<HepCollector> {
        const socket = createSocket("udp4");
        socket.bind(0, loopback);
        await once(socket, "listening");
        return new HepCollector(socket);
    }

    stop(): Promise<void> {
        return new Promise((resolve) => this.#socket.close(() => resolve()));
    }
}
