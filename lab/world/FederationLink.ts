import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { loopback } from "./freePort.ts";
import type { Stoppable } from "./LabProcess.ts";

/**
 * How a homeserver is reached by others. `refused`: connections end and new ones fail. `silent`: nothing passes, and nothing
 * is closed. `delayMs`: every piece of data takes so long.
 */
export type LinkState = "open" | "refused" | "silent" | { readonly delayMs: number };

/**
 * The network between federating homeservers of one machine: an HTTP proxy (CONNECT) that knows them by name, so that they
 * need no DNS. TLS passes through unread.
 */
export class FederationLink implements Stoppable {
    readonly #server: Server;
    readonly #ports = new Map<string, number>();
    readonly #states = new Map<string, LinkState>();
    readonly #tunnels = new Set<Tunnel>();

    private constructor(server: Server) {
        this.#server = server;
        server.on("connect", ({ url = "" }, socket) => this.#onConnect(url, socket));
    }

    static async start(): Promise<FederationLink> {
        const server = createServer((_request, response) => response.writeHead(405).end());
        server.listen(0, loopback);
        await once(server, "listening");
        return new FederationLink(server);
    }

    /** For the homeservers' environment: `https_proxy`. */
    get proxyUrl(): string {
        return `http://${loopback}:${(this.#server.address() as AddressInfo).port}`;
    }

    /** @param serverName with its port, as in user IDs */
    route(serverName: string, tlsPort: number): void {
        this.#ports.set(serverName, tlsPort);
    }

    /** Sets how others reach this homeserver from now on; connections that exist follow. */
    set(serverName: string, state: LinkState): void {
        this.#states.set(serverName, state);
        for (const tunnel of this.#tunnels) if (tunnel.to === serverName) tunnel.follow(state);
    }

    async stop(): Promise<void> {
        for (const tunnel of this.#tunnels) tunnel.close();
        this.#server.closeAllConnections();
        this.#server.close();
        await once(this.#server, "close");
    }

    #onConnect(target: string, client: Duplex): void {
        const port = this.#ports.get(target);
        const state = this.#states.get(target) ?? "open";
        client.on("error", () => client.destroy());
        if (port === undefined || state === "refused") {
            client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
            return;
        }
        const tunnel = new Tunnel(target, client, connect(port, loopback), () => this.#tunnels.delete(tunnel));
        this.#tunnels.add(tunnel);
        tunnel.follow(state);
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    }
}

/** One connection from a homeserver to another. */
class Tunnel {
    readonly to: string;
    readonly #client: Duplex;
    readonly #upstream: Socket;
    #state: LinkState = "open";
    /** Data that waits in a silent link, in order. */
    readonly #held: (() => void)[] = [];

    constructor(to: string, client: Duplex, upstream: Socket, onClosed: () => void) {
        this.to = to;
        this.#client = client;
        this.#upstream = upstream;
        for (const [from, into] of [
            [client, upstream],
            [upstream, client],
        ] as const) {
            from.on("data", (data: Buffer) => this.#pass(() => into.write(data)));
            from.on("end", () => this.#pass(() => into.end()));
            from.on("error", () => this.close());
            from.on("close", () => {
                this.close();
                onClosed();
            });
        }
    }

    follow(state: LinkState): void {
        this.#state = state;
        if (state === "refused") this.close();
        if (state !== "silent") for (const pass of this.#held.splice(0)) pass();
    }

    close(): void {
        this.#client.destroy();
        this.#upstream.destroy();
    }

    #pass(forward: () => void): void {
        if (this.#state === "silent") this.#held.push(forward);
        else if (typeof this.#state === "object") setTimeout(forward, this.#state.delayMs);
        else forward();
    }
}
