import { isUtf8 } from "node:buffer";
import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type RawData, WebSocket, WebSocketServer } from "ws";
import { type ConnectionEnds, ConnectionFlow, type Wire } from "./ConnectionFlow.ts";
import { ConnectionWatch } from "./ConnectionWatch.ts";
import { FrameProgress } from "./FrameProgress.ts";
import { formatHostPort } from "../sip/hostPort.ts";
import { ping, pong } from "./KeepAlive.ts";
import { type DropReason, type Target, TransportError } from "./SipTransport.ts";
import { type ConnectionSurroundings, countUnfinished, keepFlowAlive } from "./streamConnection.ts";
import { tlsClientSettings } from "./tlsSettings.ts";
import type { TransportOptions } from "./TransportOptions.ts";

/** RFC 7118 4.1: both sides must agree on it, or it is not SIP. */
const subprotocol = "sip";

/** A WebSocket that is open for SIP, with the socket below it. Opaque: made and used in this file only. */
export interface SipWebSocket {
    readonly webSocket: WebSocket;
    readonly socket: Socket;
    /** Of the web page that opened it; programs that are no browsers have none. */
    readonly origin?: string;
}

/** The version is named for those who speak another (RFC 6455 4.4). */
const badHandshake = ["HTTP/1.1 400 Bad Request", "Sec-WebSocket-Version: 13", "Connection: close", "Content-Length: 0"]
    .map((line) => `${line}\r\n`)
    .join("")
    .concat("\r\n");

/** SIP's messages come in one frame as a rule: each piece of one costs much more memory than its bytes. */
const maxFragments = 64;

/** What a peer may send. We answer pings instead of the library: those from unknown peers count as messages. */
function receiving({ limits }: TransportOptions) {
    const maxPayload = limits.headerBytes + limits.bodyBytes;
    return { perMessageDeflate: false, autoPong: false, maxPayload, maxFragments, maxBufferedChunks: 16_384 };
}

/** Lets an HTTP server upgrade connections that offer the subprotocol `sip`; other requests get 400 or 426 and are closed. `onHandshakeFailed` is called with the socket. */
export function acceptWebSockets(
    server: Server,
    options: TransportOptions,
    onOpen: (connection: SipWebSocket) => void,
    onHandshakeFailed: (socket: Duplex) => void,
): void {
    const upgrades = new WebSocketServer({
        noServer: true,
        ...receiving(options),
        handleProtocols: () => subprotocol,
    });
    const refuse = (socket: Duplex): void => {
        onHandshakeFailed(socket);
        socket.on("error", () => undefined);
        socket.end(badHandshake);
    };
    upgrades.on("wsClientError", (_error, socket) => refuse(socket));
    server.on("request", (request, response) => {
        onHandshakeFailed(request.socket);
        response.writeHead(426, { Upgrade: "websocket", Connection: "close" }).end();
    });
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        if (!offersSip(request)) return refuse(socket);
        upgrades.handleUpgrade(request, socket, head, (webSocket) => {
            const { origin } = request.headers;
            onOpen({ webSocket, socket: request.socket, ...(origin === undefined ? {} : { origin }) });
        });
    });
}

/**
 * The origin of a WebSocket if it is not allowed (RFC 6455 10.2). Any page that is open in a browser at the address of a peer
 * can connect: such a connection must not be taken for the peer.
 */
export function foreignOriginOf(
    { origin }: SipWebSocket,
    { options }: Pick<ConnectionSurroundings, "options">,
): { readonly foreignOrigin?: string } {
    if (origin === undefined || options.webSocketOrigins.includes(origin.toLowerCase())) return {};
    return { foreignOrigin: origin };
}

/** Connects to a WebSocket SIP server. Rejects with TransportError, after the connect timeout at the latest. */
export function connectWebSocket(target: Target, options: TransportOptions): Promise<SipWebSocket> {
    const { address, port, protocol, serverName, path = "/" } = target;
    const webSocket = new WebSocket(`${protocol}://${formatHostPort({ host: address, port })}${path}`, subprotocol, {
        ...receiving(options),
        ...(serverName === undefined ? {} : { headers: { host: formatHostPort({ host: serverName, port }) } }),
        ...(protocol === "wss" ? tlsClientSettings(options.tls, target) : {}),
    });
    return new Promise((resolve, reject) => {
        let socket: Socket | undefined;
        // the timeout of the library starts again after TCP is connected
        const cancelTimeout = options.clock.setTimer(options.connectTimeoutMs, () => {
            reject(new TransportError("no WebSocket connection in time"));
            webSocket.terminate();
        });
        webSocket.on("upgrade", (response) => (socket = response.socket));
        webSocket.on("open", () => {
            cancelTimeout();
            if (socket !== undefined) resolve({ webSocket, socket });
        });
        webSocket.on("error", (error) => {
            cancelTimeout();
            reject(new TransportError("no WebSocket connection", { cause: error }));
        });
    });
}

/** Speaks SIP over an open WebSocket from now on: one message per WebSocket message, text or binary. */
export function webSocketConnection(
    { webSocket, socket }: SipWebSocket,
    ends: ConnectionEnds,
    incoming: boolean,
    around: ConnectionSurroundings,
): ConnectionFlow {
    const { options, reception, counters } = around;
    const onDrop = (reason: DropReason): void => reception.drop(reason, ends.protocol, ends.remote.address);
    const flow = new ConnectionFlow(ends, webSocketWire(webSocket), { ...options, counters, onDrop });
    const giveUp = (reason: DropReason): void => {
        onDrop(reason);
        flow.close();
    };
    const watch = new ConnectionWatch(options.clock, options, incoming, giveUp);
    const keepAlive = incoming ? undefined : keepFlowAlive(flow, options, giveUp);
    const progress = new FrameProgress();
    const hold = countUnfinished(flow, around, giveUp);
    const answerPing = (answer: () => Promise<void>): void => {
        if (reception.takeToken(flow)) answer().catch(() => undefined);
    };
    webSocket.on("message", (data: RawData) => {
        if (flow.closed) return;
        const message = toBuffer(data);
        keepAlive?.received(message.equals(pong));
        if (message.equals(ping)) answerPing(() => flow.send(pong));
        else if (!message.equals(pong)) reception.receiveDatagram(message, flow);
    });
    webSocket.on("ping", (data: Buffer) => answerPing(() => flow.sendBy(data.length, () => pongOver(webSocket, data))));
    // Comes after what the library has made of the same chunk.
    socket.on("data", (chunk: Buffer) => {
        if (flow.closed) return;
        watch.received(progress.push(chunk), progress.partial);
        hold(progress.held);
    });
    webSocket.on("error", () => {
        onDrop("framing");
        flow.close();
    });
    webSocket.on("close", () => {
        watch.stop();
        keepAlive?.stop();
        hold(0);
        flow.markClosed();
    });
    return flow;
}

function offersSip(request: IncomingMessage): boolean {
    const offered = request.headers["sec-websocket-protocol"]?.split(",") ?? [];
    return offered.some((name) => name.trim().toLowerCase() === subprotocol);
}

function pongOver(webSocket: WebSocket, data: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
        webSocket.pong(data, undefined, (error?: Error) => (error === undefined ? resolve() : reject(error)));
    });
}

function webSocketWire(webSocket: WebSocket): Wire {
    return {
        // SIP is text as a rule, and some browsers' stacks read nothing else; what is not UTF-8 must go as binary.
        write: (data) =>
            new Promise((resolve, reject) => {
                webSocket.send(data, { binary: !isUtf8(data) }, (error) => {
                    if (error) reject(new TransportError("the connection broke", { cause: error }));
                    else resolve();
                });
            }),
        queuedBytes: () => webSocket.bufferedAmount,
        end: () => webSocket.close(1000),
        destroy: () => webSocket.terminate(),
    };
}

function toBuffer(data: RawData): Buffer {
    if (Buffer.isBuffer(data)) return data;
    return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
