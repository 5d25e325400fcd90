import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** Where rtpengine sends and receives one transport. */
export interface MediaAddress {
    readonly host: string;
    readonly port: number;
}

/** What waits to be sent on one port, in bytes, before packets are dropped: half a second of video. */
const MAX_WAITING = 256 * 1024;

/** One UDP port on the loopback interface, between the splitter and one port of rtpengine. */
export class MediaPort {
    readonly address: string;
    readonly port: number;
    readonly #socket: Socket;
    #peer: MediaAddress | undefined;
    #state: "waiting" | "connecting" | "connected" | "closed" = "waiting";

    private constructor(socket: Socket) {
        this.#socket = socket;
        const { address, port } = socket.address();
        this.address = address;
        this.port = port;
    }

    /**
     * Binds a port, a free one for 0. Packets arrive at `receive` once the port is connected.
     * @throws Error if the port is in use, or if none is free
     */
    static async open(family: 4 | 6, port: number, receive: (datagram: Buffer) => void): Promise<MediaPort> {
        const socket = createSocket(family === 6 ? "udp6" : "udp4");
        // rtpengine may have closed its port a moment before (ICMP): what was lost then is not missed
        socket.on("error", () => undefined);
        socket.on("message", receive);
        const bound = once(socket, "listening");
        socket.bind(port, family === 6 ? "::1" : "127.0.0.1");
        await bound;
        return new MediaPort(socket);
    }

    /** With whom packets are exchanged, if that is known. */
    get peer(): MediaAddress | undefined {
        return this.#peer;
    }

    /** From now on packets are exchanged with this address alone. */
    connect(peer: MediaAddress): void {
        if (this.#state === "closed" || (peer.host === this.#peer?.host && peer.port === this.#peer.port)) return;
        if (this.#state === "connected") this.#socket.disconnect();
        this.#peer = peer;
        this.#state = "connecting";
        this.#socket.connect(peer.port, peer.host, () => {
            if (this.#state === "connecting") this.#state = "connected";
        });
    }

    /** Sends one datagram, in parts or whole; drops it if it cannot be sent now. */
    send(datagram: Buffer | readonly Buffer[]): void {
        if (this.#state !== "connected" || this.#socket.getSendQueueSize() > MAX_WAITING) return;
        this.#socket.send(datagram as Buffer | Buffer[], () => undefined);
    }

    /** Safe to call twice. */
    close(): void {
        if (this.#state === "closed") return;
        this.#state = "closed";
        this.#socket.close();
    }
}
