import { once } from "node:events";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createTcpServer, isIPv6, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer } from "node:tls";
import type { CancelTimer } from "../Clock.ts";
import type { ConnectionEnds, ConnectionFlow } from "./ConnectionFlow.ts";
import { connectionKey, type ConnectionLimits } from "./ConnectionLimits.ts";
import type { ConnectionTable } from "./ConnectionTable.ts";
import { withoutZone } from "./ipAddress.ts";
import type { LocalAddresses } from "./localAddress.ts";
import type { Binding, Protocol } from "./SipTransport.ts";
import { type ConnectionSurroundings, streamConnection } from "./streamConnection.ts";
import { tlsServerSettings } from "./tlsSettings.ts";
import { acceptWebSockets, foreignOriginOf, webSocketConnection } from "./webSockets.ts";

export type StreamProtocol = Exclude<Protocol, "udp">;

/** What a listener needs of its layer. */
export interface ListenerSurroundings extends ConnectionSurroundings {
    readonly connections: ConnectionTable;
    readonly limits: ConnectionLimits;
    readonly localAddresses: LocalAddresses;
}

/** One listening socket of a stream protocol. */
export class StreamListener {
    readonly #around: ListenerSurroundings;
    readonly #server: Server;
    readonly #protocol: StreamProtocol;
    /** Every accepted socket, in a handshake or beyond it: to be closed with the listener. */
    readonly #sockets = new Set<Socket>();
    /** What takes back the deadlines of sockets that are to become WebSockets. */
    readonly #upgradeDeadlines = new WeakMap<Socket, CancelTimer>();
    #binding: Binding;

    /** Binds; rejects if the address cannot be had or the certificate cannot be used. */
    static async listen(
        wanted: Binding,
        protocol: StreamProtocol,
        around: ListenerSurroundings,
    ): Promise<StreamListener> {
        const listener = new StreamListener(wanted, protocol, around);
        listener.#server.listen({ host: wanted.address, port: wanted.port, ipv6Only: isIPv6(wanted.address) });
        await once(listener.#server, "listening");
        const bound = listener.#server.address();
        if (bound !== null && typeof bound === "object") listener.#binding = { ...wanted, port: bound.port };
        return listener;
    }

    private constructor(wanted: Binding, protocol: StreamProtocol, around: ListenerSurroundings) {
        this.#binding = wanted;
        this.#protocol = protocol;
        this.#around = around;
        this.#server = this.#createServer();
        this.#server.on("error", (error) => around.options.onFailure({ protocol, what: "listener", error }));
        this.#server.on("connection", (socket: Socket) => this.#admit(socket));
        this.#server.on("tlsClientError", (error: Error, socket: Socket) => {
            const address = this.#handshakeFailed(socket);
            // Node leaves open what was not done in time.
            socket.destroy();
            around.options.onFailure({ what: "handshake", protocol, address, error });
        });
    }

    get binding(): Binding {
        return this.#binding;
    }

    /** Takes no more connections; those open stay. */
    stopAccepting(): void {
        this.#server.close();
    }

    /** Breaks what is still open. */
    destroy(): void {
        for (const socket of this.#sockets) socket.destroy();
    }

    #createServer(): Server {
        const { options } = this.#around;
        const tls = tlsServerSettings(options.tls, options.firstMessageTimeoutMs);
        const http = { requestTimeout: options.firstMessageTimeoutMs, headersTimeout: options.firstMessageTimeoutMs };
        switch (this.#protocol) {
            case "tcp":
                return createTcpServer((socket) => this.#serve(socket));
            case "tls":
                return createTlsServer(tls, (socket) => this.#serve(socket));
            case "ws":
                return this.#upgrading(createHttpServer(http));
            case "wss":
                return this.#upgrading(createHttpsServer({ ...tls, ...http }));
        }
    }

    #upgrading(server: HttpServer): Server {
        server.on(this.#protocol === "wss" ? "secureConnection" : "connection", (socket: Socket) =>
            this.#awaitUpgrade(socket),
        );
        acceptWebSockets(
            server,
            this.#around.options,
            (connection) => {
                this.#upgradeDeadlines.get(connection.socket)?.();
                this.#remember(connection.socket, (ends) =>
                    webSocketConnection(
                        connection,
                        { ...ends, ...foreignOriginOf(connection, this.#around) },
                        true,
                        this.#around,
                    ),
                );
            },
            (socket) => void this.#handshakeFailed(socket),
        );
        return server;
    }

    /** Node's own limits on requests do not touch connections on which none was begun. */
    #awaitUpgrade(socket: Socket): void {
        const { clock, firstMessageTimeoutMs } = this.#around.options;
        const { remoteAddress = "" } = socket;
        const cancel = clock.setTimer(firstMessageTimeoutMs, () => {
            this.#around.reception.drop("slowMessage", this.#protocol, remoteAddress);
            socket.destroy();
        });
        this.#upgradeDeadlines.set(socket, cancel);
        socket.on("close", cancel);
    }

    /** Runs for each connection before a byte of it is read. */
    #admit(socket: Socket): void {
        const { reception, limits } = this.#around;
        const { remoteAddress: address, remotePort: port } = socket;
        // No listener for errors would make them fatal; protocols above add their own once they take over.
        socket.on("error", () => socket.destroy());
        if (address === undefined || port === undefined) return void socket.destroy();
        const remote = { address, port };
        if (!reception.admits(this.#protocol, remote)) return void socket.destroy();
        const key = connectionKey(socket.localPort, remote);
        const excess = limits.admit(key, address, reception.ownerOf(remote), () => {
            reception.drop("madeRoom", this.#protocol, address);
            socket.destroy();
        });
        if (excess !== undefined) {
            reception.drop(excess, this.#protocol, address);
            return void socket.destroy();
        }
        this.#sockets.add(socket);
        socket.on("close", () => {
            this.#sockets.delete(socket);
            limits.release(key);
        });
    }

    #serve(socket: Socket): void {
        this.#remember(socket, (ends) => streamConnection(socket, ends, true, this.#around));
    }

    #remember(socket: Socket, connect: (ends: ConnectionEnds) => ConnectionFlow): void {
        const { connections, localAddresses } = this.#around;
        const ends = endsOf(socket, this.#protocol, connections.newId());
        // Gone between being accepted and being served.
        if (ends === undefined) return void socket.destroy();
        const sentBy = localAddresses.sentBy(this.#binding, ends.remote.address, ends.local.address);
        connections.add(connect({ ...ends, sentBy }));
    }

    /** Returns the peer's address; "" if the connection is broken, because Node then does not report it. */
    #handshakeFailed(socket: Duplex): string {
        const { remoteAddress } = socket as Partial<Pick<Socket, "remoteAddress">>;
        const address = remoteAddress ?? "";
        this.#around.reception.drop("handshake", this.#protocol, address);
        return address;
    }
}

/** Both ends of an open socket, as messages name them; undefined if it is not open any more. */
export function endsOf(
    socket: Socket,
    protocol: StreamProtocol,
    id: string,
): Omit<ConnectionEnds, "sentBy"> | undefined {
    const { localAddress, localPort, remoteAddress, remotePort } = socket;
    if (localAddress === undefined || localPort === undefined) return undefined;
    if (remoteAddress === undefined || remotePort === undefined) return undefined;
    return {
        id,
        protocol,
        local: { address: withoutZone(localAddress), port: localPort },
        remote: { address: withoutZone(remoteAddress), port: remotePort },
    };
}
