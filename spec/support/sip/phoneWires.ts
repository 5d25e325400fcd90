import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { WebSocketServer } from "ws";
import type { TestCertificate } from "../sip-server/testCertificates.ts";

/** What carries the messages of a scripted phone. */
export interface PhoneWire {
    readonly port: number;
    /** As in Via. */
    readonly protocol: "UDP" | "TLS" | "WS" | "WSS";
    onMessage(listener: (text: string) => void): void;
    /** @param port where to, if the wire does not know by itself */
    send(text: string, port: number): void;
    /** Closes the connections that others have made, and takes new ones. */
    disconnect(): void;
    close(): void;
}

export async function udpWire(address = "127.0.0.1"): Promise<PhoneWire> {
    const socket = createSocket("udp4");
    socket.bind(0, address);
    await once(socket, "listening");
    return {
        port: socket.address().port,
        protocol: "UDP",
        onMessage: (listener) => void socket.on("message", (data) => listener(data.toString("utf8"))),
        send: (text, port) => socket.send(text, port, "127.0.0.1"),
        disconnect: () => undefined,
        close: () => socket.close(),
    };
}

export async function tlsWire({ certificate, key }: TestCertificate): Promise<PhoneWire> {
    const wire = new ConnectedWire("TLS");
    const server = createTlsServer({ cert: certificate, key }, (socket) => {
        let pending = "";
        socket.setEncoding("utf8").on("data", (text: string) => {
            pending += text;
            for (let end = endOfMessage(pending); end > 0; end = endOfMessage(pending)) {
                wire.heard(pending.slice(0, end));
                pending = pending.slice(end);
            }
        });
        wire.connected((text) => void socket.write(text));
    });
    // what a client thinks of the certificate is its own business
    server.on("tlsClientError", () => undefined);
    return await wire.listening(server);
}

/** SIP over WebSocket (RFC 7118), within TLS if there is a certificate. */
export async function webSocketWire(secured?: TestCertificate): Promise<PhoneWire> {
    const wire = new ConnectedWire(secured === undefined ? "WS" : "WSS");
    const server =
        secured === undefined
            ? createHttpServer()
            : createHttpsServer({ cert: secured.certificate, key: secured.key }).on("tlsClientError", () => undefined);
    new WebSocketServer({ server, handleProtocols: () => "sip" }).on("connection", (webSocket) => {
        webSocket.on("message", (data: Buffer) => wire.heard(data.toString("utf8")));
        wire.connected((text) => webSocket.send(text));
    });
    return await wire.listening(server);
}

/** A wire that the other side connects to. */
class ConnectedWire implements PhoneWire {
    readonly protocol: PhoneWire["protocol"];
    port = 0;
    #heard = (_text: string): void => undefined;
    #say = (_text: string): void => undefined;
    #close = (): void => undefined;
    #disconnect = (): void => undefined;

    constructor(protocol: PhoneWire["protocol"]) {
        this.protocol = protocol;
    }

    async listening(server: Server): Promise<this> {
        const sockets = new Set<Socket>();
        server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => undefined)));
        server.listen(0, "127.0.0.1");
        await once(server, "listening");
        this.port = (server.address() as AddressInfo).port;
        this.#disconnect = () => {
            for (const socket of sockets) socket.destroy();
        };
        this.#close = () => {
            server.close();
            this.#disconnect();
        };
        return this;
    }

    connected(say: (text: string) => void): void {
        this.#say = say;
    }

    heard(text: string): void {
        // a ping of RFC 5626, section 3.5.1, is no message
        if (text.trim() !== "") this.#heard(text);
    }

    onMessage(listener: (text: string) => void): void {
        this.#heard = listener;
    }

    send(text: string): void {
        this.#say(text);
    }

    disconnect(): void {
        this.#disconnect();
    }

    close(): void {
        this.#close();
    }
}

/** Of the first message in a stream; 0 while there is none whole. */
function endOfMessage(text: string): number {
    const head = text.indexOf("\r\n\r\n");
    if (head < 0) return 0;
    const length = Number(/^content-length\s*:\s*([0-9]+)/im.exec(text.slice(0, head))?.[1] ?? 0);
    // bodies are ASCII here
    return text.length >= head + 4 + length ? head + 4 + length : 0;
}
