import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { systemClock } from "../../../lib/sip-server/Clock.ts";
import type { SipMessage } from "../../../lib/sip-server/sip/SipMessage.ts";
import { SocketTransportLayer } from "../../../lib/sip-server/transport/SocketTransportLayer.ts";
import type { Binding, DropReason, Flow, Target } from "../../../lib/sip-server/transport/SipTransport.ts";
import type { TransportOptions } from "../../../lib/sip-server/transport/TransportOptions.ts";

/** A message as it was handed up. */
export interface Arrival {
    readonly message: SipMessage;
    readonly flow: Flow;
}

/** Hands out what comes in, in order, to those who wait for it. */
class Mailbox<Item> {
    readonly #items: Item[] = [];
    readonly #waiting: ((item: Item) => void)[] = [];

    put(item: Item): void {
        const waiting = this.#waiting.shift();
        if (waiting === undefined) this.#items.push(item);
        else waiting(item);
    }

    next(): Promise<Item> {
        const item = this.#items.shift();
        return item === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(item);
    }

    get size(): number {
        return this.#items.length;
    }
}

/** A transport layer on loopback with what it handed up and what it dropped. */
export interface TransportParty {
    readonly layer: SocketTransportLayer;
    readonly arrivals: Mailbox<Arrival>;
    readonly drops: Mailbox<DropReason>;
    readonly bindings: readonly Binding[];
    /** The first listener of a protocol, as a target. */
    target(protocol: Binding["protocol"], serverName?: string): Target;
}

/** Opens a layer with listeners on free ports of `address`. Closed when the test is over. */
export async function openParty(
    protocols: readonly Binding["protocol"][],
    options: Partial<TransportOptions> = {},
    address = "127.0.0.1",
): Promise<TransportParty> {
    const arrivals = new Mailbox<Arrival>();
    const drops = new Mailbox<DropReason>();
    const layer = new SocketTransportLayer({ clock: systemClock, onDrop: (reason) => drops.put(reason), ...options });
    onTestFinished(() => layer.close());
    layer.onMessage((message, flow) => arrivals.put({ message, flow }));
    const bindings = await layer.listen(protocols.map((protocol) => ({ protocol, address, port: 0 })));
    const target = (protocol: Binding["protocol"], serverName?: string): Target => {
        const binding = bindings.find((candidate) => candidate.protocol === protocol);
        if (binding === undefined) throw new Error(`no ${protocol} listener`);
        return { protocol, address, port: binding.port, ...(serverName === undefined ? {} : { serverName }) };
    };
    return { layer, arrivals, drops, bindings, target };
}

/** A bare TCP connection to a party's listener. Closed when the test is over. */
export async function connectTcp(party: TransportParty, protocol: Binding["protocol"] = "tcp"): Promise<Socket> {
    const { address, port } = party.target(protocol);
    const socket = createConnection({ host: address, port });
    socket.on("error", () => undefined);
    onTestFinished(() => void socket.destroy());
    await once(socket, "connect");
    return socket;
}

/** A bare UDP socket on loopback. Closed when the test is over. */
export async function openUdp(): Promise<UdpSocket> {
    const socket = createSocket("udp4");
    onTestFinished(() => void socket.close());
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return socket;
}

/** Bytes of a request with that Via transport, Call-ID and perhaps more header lines. */
export function requestBytes(transport: string, callId: string, more: readonly string[] = []): Buffer {
    const lines = [
        "OPTIONS sip:b@example.com SIP/2.0",
        `Via: SIP/2.0/${transport.toUpperCase()} client.invalid:5099;branch=z9hG4bK${callId}`,
        "From: <sip:a@example.net>;tag=1",
        "To: <sip:b@example.com>",
        `Call-ID: ${callId}`,
        "CSeq: 7 OPTIONS",
        ...more,
        "Content-Length: 0",
    ];
    return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
}
