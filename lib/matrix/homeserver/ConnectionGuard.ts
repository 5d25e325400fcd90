import type { Socket } from "node:net";

/** A homeserver needs a few connections at the same time, workers included. */
const MAX_TRUSTED = 256;
/** Connections that have not sent the token yet. */
const MAX_UNKNOWN = 32;

/**
 * Limits the connections to the application service listener. Connections that have sent the token do not count as unknown
 * any more. If there are too many unknown ones, the oldest is closed, so that the homeserver can always connect.
 */
export class ConnectionGuard {
    readonly #unknown = new Set<Socket>();
    readonly #trusted = new Set<Socket>();

    /** Called for each new connection. */
    onConnection(socket: Socket): void {
        this.#unknown.add(socket);
        socket.once("close", () => {
            this.#unknown.delete(socket);
            this.#trusted.delete(socket);
        });
        if (this.#unknown.size > MAX_UNKNOWN) closeOldest(this.#unknown);
    }

    /** Called when a request on this connection had the token. */
    trust(socket: Socket): void {
        if (!this.#unknown.delete(socket)) return;
        this.#trusted.add(socket);
        if (this.#trusted.size > MAX_TRUSTED) closeOldest(this.#trusted);
    }
}

function closeOldest(sockets: Set<Socket>): void {
    const [oldest] = sockets;
    if (oldest === undefined) return;
    sockets.delete(oldest);
    oldest.destroy();
}
