import type { HostPort } from "../sip/hostPort.ts";
import type { SipMessage, SipResponse } from "../sip/SipMessage.ts";

export type Protocol = "udp" | "tcp" | "tls" | "ws" | "wss";

/** An IP address and port; IPv6 without brackets. */
export interface Endpoint {
    readonly address: string;
    readonly port: number;
}

/** Where to listen. */
export interface Binding extends Endpoint {
    /** For tls and wss a certificate must be configured. */
    readonly protocol: Protocol;
    /** What Via, Contact and Record-Route say instead of the address, if peers outside reach it by another (1:1 NAT). */
    readonly advertised?: HostPort;
}

/** One hop to send to, as the resolver gives it out. */
export interface Target extends Endpoint {
    readonly protocol: Protocol;
    /** The name the address was found by: checked against the certificate and sent as SNI (RFC 5922); the address itself if absent. */
    readonly serverName?: string;
    /** Of a WebSocket server; if absent, the last one that was given for it, or `/`. */
    readonly path?: string;
}

/**
 * A way to one peer: a connection, or for UDP the pair of our socket and the peer's address. Stays the same object as
 * long as it is open; a UDP flow is always open.
 */
export interface Flow {
    /** Unique while the process runs; {@link TransportLayer.flowById} finds the flow again. */
    readonly id: string;
    readonly protocol: Protocol;
    readonly local: Endpoint;
    readonly remote: Endpoint;
    /** True unless UDP: no retransmission of requests needed. */
    readonly reliable: boolean;
    /** What to write into Via and Contact of messages sent on this flow: a host and port at which we can be reached by the flow's protocol. */
    readonly sentBy: Required<HostPort>;
    /** The Origin of the web page that opened this WebSocket, if it is not one of those that are allowed (RFC 6454). */
    readonly foreignOrigin?: string;
    /** True once closed: sending fails. */
    readonly closed: boolean;
    /** Resolves once handed to the system; rejects with {@link TransportError} if the flow is closed or its peer does not read (backpressure limit). */
    send(data: Buffer): Promise<void>;
    /** Calls back once when the connection is gone, for whatever reason; immediately if it is already. Never for UDP. Returns how to take it back. */
    onClose(listener: () => void): () => void;
    /** Closes a connection immediately. Does nothing for UDP. */
    close(): void;
}

/** Thrown by {@link Flow.send} and {@link TransportLayer.open}: the peer could not be reached. Try the next target. */
export class TransportError extends Error {
    override readonly name = "TransportError";
}

/** `receivedAt` is the clock's time at which the last byte arrived. The top Via of a request has received and rport filled. Must not throw. */
export type MessageHandler = (message: SipMessage, flow: Flow, receivedAt: number) => void;

/** Sockets of all protocols. Hands up what is sane, answers or drops (and counts) what is not. */
export interface TransportLayer {
    /** Opens the listeners, all or none (a layer that failed is closed); resolves with the bindings as they came out, in the same order (port 0 replaced by the port chosen). */
    listen(bindings: readonly Binding[]): Promise<readonly Binding[]>;
    /** The open listeners. */
    readonly bindings: readonly Binding[];
    /** Sets who receives. Messages before that are dropped. */
    onMessage(handler: MessageHandler): void;
    /** A flow to that target: an open connection to it if there is one, else a new one. Rejects with {@link TransportError} after the connect timeout at the latest. */
    open(target: Target): Promise<Flow>;
    /**
     * Finds out why the other end of a UDP flow does not respond. Resolves within a second, to the system's error code if its host or a
     * router reports that nothing is there, else to undefined.
     */
    whySilent(flow: Flow): Promise<string | undefined>;
    flowById(id: string): Flow | undefined;
    /** Sends a response back where RFC 3261 18.2.2 and RFC 3581 say, according to its top Via; `arrivedOn` is the flow of its request. Rejects with {@link TransportError}. */
    respond(response: SipResponse, arrivedOn: Flow): Promise<void>;
    /** What we call ourselves towards that target, before there is a flow: its {@link Flow.sentBy}. Undefined if no listener speaks its protocol and address family. */
    localAddressFor(target: Target): Required<HostPort> | undefined;
    /** True if host and port are ours, by listening or advertised address: requests to it are addressed to this server. Another program may have the port of another protocol. */
    isLocal(hostPort: HostPort & { readonly protocol?: Protocol }): boolean;
    /** Remembers the connection a Contact was registered over, so that requests to it go there. `key` is the Contact's user@host[:port], `owner` its address of record: no other owner can bind it meanwhile. Forgotten when the time is over, the flow closes, or `expiresSeconds` is 0. */
    bindFlow(key: string, flow: Flow, expiresSeconds: number, owner: string): void;
    flowFor(key: string): Flow | undefined;
    /** A device has registered by that flow. `device` is the same for each registration of a device, and for no other. */
    registerDevice(device: string, flow: Flow): void;
    /** The flow by which the device of that one has registered since; undefined if there is none that is open. */
    successorOf(flow: Flow): Flow | undefined;
    /** The application has accepted the sender at the other end: it has its own share of all limits for that time. */
    rememberSender(flow: Flow, seconds: number): void;
    /** True if the sender at the other end has been accepted by {@link rememberSender}. */
    isKnown(flow: Flow): boolean;
    /** Counters since start: messages in and out by protocol, drops by reason. For metrics. */
    readonly counters: TransportCounters;
    /** Stops listening, lets what is being sent go out, closes all. Resolves once nothing is open; at the latest after `closeTimeoutMs`. */
    close(): Promise<void>;
}

/** Why something that arrived was not handed up. */
export type DropReason =
    | "unlistedSource"
    | "scanner"
    | "rateLimited"
    | "tooManyConnections"
    | "tooManyConnectionsFromSource"
    | "madeRoom"
    | "malformed"
    | "refused"
    | "tooLarge"
    | "framing"
    | "slowMessage"
    | "tooMuchUnfinished"
    | "idle"
    | "dead"
    | "backpressure"
    | "handshake"
    | "notReceiving";

export interface TransportCounters {
    readonly received: ReadonlyMap<Protocol, number>;
    readonly sent: ReadonlyMap<Protocol, number>;
    readonly dropped: ReadonlyMap<DropReason, number>;
    /** Header lines and list elements of accepted messages that could not be read. */
    readonly ignoredParts: number;
    /** Connections open now. */
    readonly connections: number;
}
