import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import type { HostPort } from "../sip/hostPort.ts";
import { ping, pong } from "./KeepAlive.ts";
import { isResponse } from "./isResponse.ts";
import type { LocalAddresses } from "./localAddress.ts";
import type { Reception } from "./Reception.ts";
import { type Binding, type Endpoint, type Flow, TransportError } from "./SipTransport.ts";
import { stunResponse } from "./stunResponse.ts";
import type { TrafficCounters } from "./TrafficCounters.ts";

/** A burst of datagrams waits here while the event loop is busy; the system may grant less. */
const socketBufferBytes = 4_194_304;

/** What a UDP listener needs of its layer. */
export interface UdpSurroundings {
    readonly reception: Reception;
    readonly counters: TrafficCounters;
    readonly localAddresses: LocalAddresses;
    readonly onError: (error: Error) => void;
}

/** One UDP socket. Its flows are made as needed and hold no state: unknown peers cannot make them pile up. */
export class UdpListener {
    readonly binding: Binding;
    readonly #socket: Socket;
    readonly #around: UdpSurroundings;
    #open = true;
    #sending = 0;
    #onSent: (() => void) | undefined;

    /** Binds; rejects if the address cannot be had. */
    static async listen(wanted: Binding, around: UdpSurroundings): Promise<UdpListener> {
        const v6 = isIPv6(wanted.address);
        const socket = createSocket({
            type: v6 ? "udp6" : "udp4",
            ipv6Only: v6,
            recvBufferSize: socketBufferBytes,
            sendBufferSize: socketBufferBytes,
        });
        socket.bind(wanted.port, wanted.address);
        try {
            await once(socket, "listening");
        } catch (error) {
            socket.close();
            throw error;
        }
        return new UdpListener(socket, { ...wanted, port: socket.address().port }, around);
    }

    private constructor(socket: Socket, binding: Binding, around: UdpSurroundings) {
        this.#socket = socket;
        this.binding = binding;
        this.#around = around;
        socket.on("message", (data, source) => this.#receive(data, source));
        socket.on("error", around.onError);
    }

    get open(): boolean {
        return this.#open;
    }

    flowTo(remote: Endpoint): Flow {
        return new UdpFlow(this, remote, this.#around.localAddresses);
    }

    send(data: Buffer, remote: Endpoint): Promise<void> {
        if (!this.#open) return Promise.reject(new TransportError("the socket is closed"));
        // from there datagrams do come, with a forged source
        if (remote.port === 0) return Promise.reject(new TransportError("port 0 cannot receive datagrams"));
        this.#sending += 1;
        return new Promise((resolve, reject) => {
            this.#socket.send(data, remote.port, remote.address, (error) => {
                this.#sending -= 1;
                if (this.#sending === 0) this.#onSent?.();
                if (error !== null) return reject(new TransportError("the datagram was not sent", { cause: error }));
                this.#around.counters.countSent("udp");
                resolve();
            });
        });
    }

    /** Lets out what is being sent, then closes. */
    async close(): Promise<void> {
        if (!this.#open) return;
        this.#open = false;
        if (this.#sending > 0) await new Promise<void>((resolve) => (this.#onSent = resolve));
        const closed = once(this.#socket, "close");
        this.#socket.close();
        await closed;
    }

    #receive(data: Buffer, source: RemoteInfo): void {
        if (!this.#open) return;
        // whom we asked by name answers from addresses that are on no list
        if (!isResponse(data) && !this.#around.reception.admits("udp", source)) return;
        const flow = this.flowTo({ address: source.address, port: source.port });
        // Empty, CRLFs, zeros: they hold a NAT binding open. Only a double CRLF requires a response.
        if (isKeepAlive(data)) return data.equals(ping) ? this.#answerKeepAlive(pong, flow) : undefined;
        const mapped = stunResponse(data, flow.remote);
        if (mapped !== undefined) return this.#answerKeepAlive(mapped, flow);
        this.#around.reception.receiveDatagram(data, flow);
    }

    #answerKeepAlive(answer: Buffer, flow: Flow): void {
        if (this.#around.reception.takeToken(flow)) flow.send(answer).catch(() => undefined);
    }
}

/** Our socket and a peer's address. */
class UdpFlow implements Flow {
    readonly protocol = "udp";
    readonly reliable = false;
    readonly id: string;
    readonly local: Endpoint;
    readonly remote: Endpoint;
    readonly #listener: UdpListener;
    readonly #localAddresses: LocalAddresses;

    constructor(listener: UdpListener, remote: Endpoint, localAddresses: LocalAddresses) {
        const { address, port } = listener.binding;
        this.#listener = listener;
        this.local = { address, port };
        this.remote = remote;
        this.#localAddresses = localAddresses;
        this.id = udpFlowId(this.local, remote);
    }

    get sentBy(): Required<HostPort> {
        return this.#localAddresses.sentBy(this.#listener.binding, this.remote.address);
    }

    get closed(): boolean {
        return !this.#listener.open;
    }

    send(data: Buffer): Promise<void> {
        return this.#listener.send(data, this.remote);
    }

    onClose(): () => void {
        return () => undefined;
    }

    close(): void {
        // There is no connection to close.
    }
}

function udpFlowId(local: Endpoint, remote: Endpoint): string {
    return `udp|${local.address}|${local.port}|${remote.address}|${remote.port}`;
}

/** Both ends named by the id of a UDP flow; undefined for other ids. */
export function parseUdpFlowId(id: string): { readonly local: Endpoint; readonly remote: Endpoint } | undefined {
    const [protocol, localAddress, localPort, remoteAddress, remotePort] = id.split("|");
    if (protocol !== "udp" || localAddress === undefined || remoteAddress === undefined) return undefined;
    return {
        local: { address: localAddress, port: Number(localPort) },
        remote: { address: remoteAddress, port: Number(remotePort) },
    };
}

function isKeepAlive(data: Buffer): boolean {
    return data.every((byte) => byte === 0x0d || byte === 0x0a || byte === 0);
}
