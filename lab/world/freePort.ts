import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { randomInt } from "node:crypto";
import { once } from "node:events";

/** All the lab's servers listen here: nothing is reachable from outside the machine. */
export const loopback = "127.0.0.1";

/**
 * A port that is free for both TCP and UDP at this moment (SIP needs the same number for both). It is not reserved: the
 * caller binds it at once.
 */
export async function freePort(): Promise<number> {
    for (;;) {
        const port = await freeTcpPort();
        if (await udpPortIsFree(port)) return port;
    }
}

async function freeTcpPort(): Promise<number> {
    const server = createServer().listen(0, loopback);
    await once(server, "listening");
    const address = server.address();
    server.close();
    await once(server, "close");
    if (address === null || typeof address === "string") throw new Error("a TCP server without a port");
    return address.port;
}

async function udpPortIsFree(port: number): Promise<boolean> {
    const socket = createSocket("udp4");
    const bound = await new Promise<boolean>((resolve) => {
        socket.once("error", () => resolve(false));
        socket.bind(port, loopback, () => resolve(true));
    });
    socket.close();
    return bound;
}

/** A range for a media proxy's own choice of ports, below the kernel's ephemeral ports, different for each world. */
export function mediaPortRange(size = 1000): { readonly first: number; readonly last: number } {
    const first = 16_384 + 2 * randomInt((32_000 - 16_384 - size) / 2);
    return { first, last: first + size - 1 };
}
