import type { Clock } from "../Clock.ts";
import { defaultMessageLimits, type MessageLimits } from "../sip/parseMessage.ts";
import type { DropReason, Protocol } from "./SipTransport.ts";

/** What a source address may do: `drop` is never answered, `unknown` has a low rate limit, `trusted` a high one. */
export type Admission = "trusted" | "unknown" | "drop";

/** Tokens per source: one for each 4 KiB begun of a message received, one more for each answer to what could not be used. */
export interface RateLimit {
    /** Messages per second in the long run. */
    readonly perSecond: number;
    /** Messages accepted in a burst after a quiet time. */
    readonly burst: number;
    /** Sources remembered; beyond it the one that has been known longest is forgotten (its bucket is full again). */
    readonly maxSources: number;
    /** The same of all sources together: senders of UDP may have as many addresses as they like. */
    readonly altogether: { readonly perSecond: number; readonly burst: number };
}

/** Certificates and keys as PEM. */
export interface TlsOptions {
    /** Our certificate chain: required to listen on tls and wss, shown as client certificate when we connect. */
    readonly certificate?: string;
    readonly key?: string;
    /** Authorities trusted instead of the built-in ones. */
    readonly ca?: string;
    /** Accept servers whose certificate cannot be verified. For laboratories only. */
    readonly allowUnverifiedServers: boolean;
    /** Clients of our tls and wss listeners must show a certificate that `ca` vouches for. */
    readonly requireClientCertificate: boolean;
}

/** Something to log for the operator. Free of message content. */
export type TransportFailure =
    | { readonly what: "listener"; readonly protocol: Protocol; readonly error: Error }
    /** A peer did not complete its TLS handshake: as often as anybody likes. */
    | HandshakeFailure;

export interface HandshakeFailure {
    readonly what: "handshake";
    readonly protocol: Protocol;
    readonly address: string;
    readonly error: Error;
}

export interface TransportOptions {
    readonly clock: Clock;
    /** Size of one message. */
    readonly limits: MessageLimits;
    /** What the source address of a datagram or connection may do, asked before anything is read or answered. */
    readonly admit: (address: string) => Admission;
    /** For sources that are not trusted. */
    readonly rateLimit: RateLimit;
    /** Requests from one trusted peer. */
    readonly peerRate: Pick<RateLimit, "perSecond" | "burst">;
    /** Whether the process does not keep up with its work. */
    readonly isOverloaded: () => boolean;
    /** Requests whose User-Agent contains one of these (in lower case) are dropped. */
    readonly scannerUserAgents: readonly string[];
    /** Addresses and CIDR networks whose peers get our real address even if the binding advertises another. */
    readonly localNetworks: readonly string[];
    readonly tls: TlsOptions;
    /** Origins of web pages whose WebSockets are accepted by their address, in lower case. */
    readonly webSocketOrigins: readonly string[];
    /** Time to connect, TLS and WebSocket handshake included, in ms. */
    readonly connectTimeoutMs: number;
    /** Time for the handshake and the first whole message of an incoming connection, in ms. */
    readonly firstMessageTimeoutMs: number;
    /** Time from the first to the last byte of a message on a stream, in ms. */
    readonly messageTimeoutMs: number;
    /** A connection on which nothing arrives for so long is closed, in ms. */
    readonly idleTimeoutMs: number;
    /** Longest time between two pings on a connection we opened, in ms (RFC 5626 4.4.1). */
    readonly keepAliveMs: number;
    /** A peer that answers pings is given so long to, in ms; then the connection is closed as dead. */
    readonly pongTimeoutMs: number;
    /** Bytes waiting to be sent on one connection; a peer that reads no faster is cut off. */
    readonly maxQueuedBytes: number;
    /** Maximum number of open connections with unknown peers; those with trusted peers are counted separately, up to the same number. */
    readonly maxConnections: number;
    /** The same for one unknown peer (IPv4 address, IPv6 /64). */
    readonly maxConnectionsPerSource: number;
    /** Maximum number of bytes of incomplete messages from unknown peers, on all their connections together. */
    readonly maxUnfinishedBytes: number;
    /** Contacts remembered with the connection they registered over. */
    readonly maxFlowBindings: number;
    /** Time connections get to send what is queued when the layer closes, in ms. */
    readonly closeTimeoutMs: number;
    readonly onFailure: (trouble: TransportFailure) => void;
    /** Called for each drop, in addition to the counter: for debug logs and block lists. */
    readonly onDrop: (reason: DropReason, protocol: Protocol, address: string) => void;
}

/** User agents of tools that look for open servers and weak passwords. */
const knownScanners = ["friendly-scanner", "friendly-request", "sipvicious", "sipcli", "sip-scan", "sundayddr"].concat([
    "vaxsipuseragent",
    "pplsip",
    "sip scanner",
    "smap ",
    "iwar",
]);

/** Loopback is trusted, all other sources are unknown. */
function admitEverybody(address: string): Admission {
    return address === "::1" || address.startsWith("127.") ? "trusted" : "unknown";
}

export const defaultTransportOptions: Omit<TransportOptions, "clock"> = {
    limits: defaultMessageLimits,
    admit: admitEverybody,
    rateLimit: {
        perSecond: 50,
        burst: 200,
        maxSources: 10_000,
        altogether: { perSecond: 250, burst: 1_000 },
    },
    peerRate: { perSecond: 2_500, burst: 5_000 },
    isOverloaded: () => false,
    scannerUserAgents: knownScanners,
    localNetworks: [],
    tls: { allowUnverifiedServers: false, requireClientCertificate: false },
    webSocketOrigins: [],
    connectTimeoutMs: 5_000,
    firstMessageTimeoutMs: 30_000,
    messageTimeoutMs: 10_000,
    idleTimeoutMs: 3_600_000,
    keepAliveMs: 120_000,
    pongTimeoutMs: 10_000,
    maxQueuedBytes: 1_048_576,
    maxConnections: 2_000,
    maxConnectionsPerSource: 100,
    maxUnfinishedBytes: 16_777_216,
    maxFlowBindings: 50_000,
    closeTimeoutMs: 2_000,
    onFailure: () => undefined,
    onDrop: () => undefined,
};
