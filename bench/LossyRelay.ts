import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { freePort, loopback } from "../lab/world/freePort.ts";

/**
 * A bad network between phones and a server, for UDP on loopback: what comes to its port goes on to the server, what the
 * server sends back goes to the phone that was heard last, and each datagram may be lost. Requests the server addresses
 * to the phones themselves do not come this way.
 */
export class LossyRelay {
    readonly port: number;
    readonly #phones: Socket;
    readonly #server: Socket;
    #carried = 0;
    #lost = 0;

    private constructor(port: number, phones: Socket, server: Socket) {
        this.port = port;
        this.#phones = phones;
        this.#server = server;
    }

    /** `loss` is the probability, from 0 to 1, in each direction. */
    static async start(serverPort: number, loss: number): Promise<LossyRelay> {
        const port = await freePort();
        const buffers = { recvBufferSize: 4_194_304, sendBufferSize: 4_194_304 };
        const [phones, server] = [
            createSocket({ type: "udp4", ...buffers }),
            createSocket({ type: "udp4", ...buffers }),
        ];
        const relay = new LossyRelay(port, phones, server);
        let phonePort: number | undefined;
        phones.on("message", (data, { port: from }) => {
            phonePort = from;
            if (relay.#carries(loss)) server.send(data, serverPort, loopback);
        });
        server.on("message", (data) => {
            if (phonePort !== undefined && relay.#carries(loss)) phones.send(data, phonePort, loopback);
        });
        await bind(phones, port);
        await bind(server, await freePort());
        return relay;
    }

    get datagrams(): { readonly carried: number; readonly lost: number } {
        return { carried: this.#carried, lost: this.#lost };
    }

    stop(): void {
        this.#phones.close();
        this.#server.close();
    }

    #carries(loss: number): boolean {
        const carried = Math.random() >= loss;
        if (carried) this.#carried += 1;
        else this.#lost += 1;
        return carried;
    }
}

async function bind(socket: Socket, port: number): Promise<void> {
    socket.bind(port, loopback);
    await once(socket, "listening");
}
