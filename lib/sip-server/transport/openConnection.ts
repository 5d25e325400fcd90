import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionEnds, ConnectionFlow } from "./ConnectionFlow.ts";
import type { ConnectionTable } from "./ConnectionTable.ts";
import { isWildcard, type LocalAddresses } from "./localAddress.ts";
import { type Binding, type Target, TransportError } from "./SipTransport.ts";
import { type ConnectionSurroundings, streamConnection } from "./streamConnection.ts";
import { endsOf, type StreamProtocol } from "./StreamListener.ts";
import { tlsClientSettings } from "./tlsSettings.ts";
import { connectWebSocket, webSocketConnection } from "./webSockets.ts";

/** What opening a connection needs of its layer. */
export interface OpeningSurroundings extends ConnectionSurroundings {
    readonly connections: ConnectionTable;
    readonly localAddresses: LocalAddresses;
}

/**
 * Connects to a target. `binding` is the listener whose address the peer is to use when it connects to us in turn; none
 * if we do not listen on that protocol. Rejects with TransportError, after the connect timeout at the latest.
 */
export async function openConnection(
    target: Target,
    protocol: StreamProtocol,
    binding: Binding | undefined,
    around: OpeningSurroundings,
): Promise<ConnectionFlow> {
    const finish = (socket: Socket, connect: (ends: ConnectionEnds) => ConnectionFlow): ConnectionFlow => {
        const ends = endsOf(socket, protocol, around.connections.newId());
        if (ends === undefined) throw new TransportError("the connection was closed immediately");
        const sentBy =
            binding === undefined
                ? { host: ends.local.address, port: ends.local.port }
                : around.localAddresses.sentBy(binding, target.address, ends.local.address);
        const flow = connect({ ...ends, sentBy });
        around.connections.add(flow, target);
        return flow;
    };
    if (protocol === "ws" || protocol === "wss") {
        const opened = await connectWebSocket(target, around.options);
        return finish(opened.socket, (ends) => webSocketConnection(opened, ends, false, around));
    }
    const socket = await connectStream(target, protocol, binding, around);
    return finish(socket, (ends) => streamConnection(socket, ends, false, around));
}

/** A connected TCP socket, or a TLS socket whose peer is verified. */
function connectStream(
    target: Target,
    protocol: "tcp" | "tls",
    binding: Binding | undefined,
    { options }: OpeningSurroundings,
): Promise<Socket> {
    // Peers that recognise us by our address must see the one we listen on.
    const from = binding === undefined || isWildcard(binding.address) ? {} : { localAddress: binding.address };
    const where = { host: target.address, port: target.port, ...from };
    const socket =
        protocol === "tls" ? connectTls({ ...where, ...tlsClientSettings(options.tls, target) }) : connectTcp(where);
    return new Promise((resolve, reject) => {
        const fail = (message: string, cause?: Error): void => {
            cancelTimeout();
            socket.destroy();
            reject(new TransportError(message, cause === undefined ? {} : { cause }));
        };
        const cancelTimeout = options.clock.setTimer(options.connectTimeoutMs, () => fail("no connection in time"));
        socket.once("error", (error: Error) => fail("no connection", error));
        socket.once(protocol === "tls" ? "secureConnect" : "connect", () => {
            cancelTimeout();
            socket.removeAllListeners("error");
            resolve(socket);
        });
    });
}
