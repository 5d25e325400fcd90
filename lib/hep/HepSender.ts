import { createSocket, type Socket } from "node:dgram";
import type { Log } from "../ports/Log.ts";
import { encodeHep, type HepAgent, type HepPacket } from "./encodeHep.ts";

export interface HepSenderOptions extends HepAgent {
    /** Host name or IP address of the collector. */
    readonly host: string;
    readonly port: number;
}

/** Failures are logged once in this time, in ms: a collector that is away must not fill the log. */
const QUIET_MS = 60_000;

/** Sends packets to a collector over UDP, without waiting and without repeating: calls must not depend on it. */
export class HepSender {
    readonly #options: HepSenderOptions;
    readonly #log: Log;
    readonly #socket: Socket;
    #failureLoggedAt = Number.NEGATIVE_INFINITY;
    #state: "open" | "closed" = "open";

    constructor(options: HepSenderOptions, log: Log) {
        this.#options = options;
        this.#log = log;
        this.#socket = createSocket(options.host.includes(":") ? "udp6" : "udp4");
        this.#socket.on("error", (error) => this.#failed(error));
    }

    /** Never throws. */
    send(packet: HepPacket): void {
        if (this.#state === "closed") return;
        const datagram = encodeHep(packet, this.#options);
        if (datagram === undefined) {
            this.#failed(new Error("message too large for a HEP packet"));
            return;
        }
        const { host, port } = this.#options;
        this.#socket.send(datagram, port, host, (error) => {
            if (error !== null) this.#failed(error);
        });
    }

    close(): void {
        if (this.#state === "closed") return;
        this.#state = "closed";
        this.#socket.close();
    }

    #failed(error: Error): void {
        const now = performance.now();
        if (now - this.#failureLoggedAt < QUIET_MS) return;
        this.#failureLoggedAt = now;
        const { host, port } = this.#options;
        this.#log.warn("HEP packet not sent", { collector: `${host}:${port}`, error, hint: "check hep.collector" });
    }
}
