import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import type { NgAddress, NgSocket } from "./NgSocket.ts";

/** Datagrams that wait while the name is looked up; more are lost, which the sender's repetition makes good. */
const MAX_WAITING = 256;

type State =
    | { readonly kind: "idle" }
    | Opening
    | { readonly kind: "open"; readonly socket: Socket }
    | { readonly kind: "closed" };

interface Opening {
    readonly kind: "opening";
    readonly waiting: Uint8Array[];
}

/**
 * A UDP socket connected to one engine, so that the kernel takes in datagrams of that address only. It is opened by
 * the first send, and again after an error: an engine that moved to another address is found again by its name.
 */
export class UdpNgSocket implements NgSocket {
    readonly #address: NgAddress;
    readonly #receive: (datagram: Uint8Array) => void;
    #state: State = { kind: "idle" };

    constructor(address: NgAddress, receive: (datagram: Uint8Array) => void) {
        this.#address = address;
        this.#receive = receive;
    }

    send(datagram: Uint8Array): void {
        switch (this.#state.kind) {
            case "idle": {
                const opening: Opening = { kind: "opening", waiting: [datagram] };
                this.#state = opening;
                void this.#open(opening);
                return;
            }
            case "opening":
                if (this.#state.waiting.length < MAX_WAITING) this.#state.waiting.push(datagram);
                return;
            case "open":
                this.#state.socket.send(datagram, () => undefined);
                return;
            case "closed":
                return;
        }
    }

    close(): void {
        if (this.#state.kind === "open") this.#state.socket.close();
        this.#state = { kind: "closed" };
    }

    async #open(opening: Opening): Promise<void> {
        try {
            const { address, family } = await lookup(this.#address.host);
            const socket = createSocket(family === 6 ? "udp6" : "udp4");
            socket.on("message", this.#receive);
            socket.on("error", () => this.#lose(socket));
            socket.on("connect", () => this.#opened(socket, opening));
            socket.connect(this.#address.port, address);
        } catch {
            if (this.#state === opening) this.#state = { kind: "idle" };
        }
    }

    #opened(socket: Socket, opening: Opening): void {
        if (this.#state !== opening) return void socket.close();
        this.#state = { kind: "open", socket };
        for (const datagram of opening.waiting) this.send(datagram);
    }

    /** The port is closed (ICMP), or the network is unavailable. */
    #lose(socket: Socket): void {
        if (this.#state.kind === "closed") return;
        this.#state = { kind: "idle" };
        socket.close();
    }
}
