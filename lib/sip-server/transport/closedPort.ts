import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { Clock } from "../Clock.ts";
import { ping } from "./KeepAlive.ts";
import type { Endpoint } from "./SipTransport.ts";

/** How long the answer of a host or router may take, in ms. */
const LONGEST_WAIT_MS = 1_000;

/**
 * Finds out why a UDP port keeps silent: resolves to the system's error code (`ECONNREFUSED`, `EHOSTUNREACH`) if the host or a
 * router reports that nothing is there (ICMP), else to undefined. The system reports that to connected sockets only, and the
 * listener is not one. So a socket of its own sends a keep-alive (RFC 5626, section 3.5.1), which no SIP server minds.
 */
export function closedPort(target: Endpoint, from: string, clock: Clock): Promise<string | undefined> {
    return new Promise((resolve) => {
        const socket = createSocket(isIPv6(target.address) ? "udp6" : "udp4");
        let isOpen = true;
        const finish = (code?: string): void => {
            if (!isOpen) return;
            isOpen = false;
            cancel();
            socket.close();
            resolve(code);
        };
        const cancel = clock.setTimer(LONGEST_WAIT_MS, () => finish());
        const fail = (error: NodeJS.ErrnoException): void => finish(error.code);
        socket.on("error", fail);
        socket.on("message", () => finish());
        socket.on("connect", () => socket.send(ping, (error) => (error === null ? undefined : fail(error))));
        socket.bind(0, from, () => socket.connect(target.port, target.address));
    });
}
