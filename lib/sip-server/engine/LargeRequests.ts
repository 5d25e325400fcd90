import { serializeMessage } from "../sip/serializeMessage.ts";
import { newBranch } from "../transaction/TransactionLayer.ts";
import type { Flow, Target, TransportLayer } from "../transport/SipTransport.ts";
import type { Clock } from "../Clock.ts";
import { composeRequest, type RequestDraft } from "./composeRequest.ts";

/** RFC 3261 18.1.1: what is longer does not go by UDP if the path's MTU is not known. */
const maxDatagramBytes = 1_300;
/** How long we remember that a peer accepts no TCP connection. */
const memoryMs = 600_000;
const maxRemembered = 1_000;

/**
 * Sends large requests over TCP instead of UDP (RFC 3261 18.1.1) to peers that are known to accept TCP, because they have
 * sent something over it. For all others UDP means UDP: many a PBX accepts TCP connections on its port, and never sends a
 * request of the call over them.
 */
export class LargeRequests {
    readonly #transport: TransportLayer;
    readonly #clock: Clock;
    /** Targets that accepted no connection, and until when they are assumed to accept none. */
    readonly #withoutTcp = new Map<string, number>();
    /** Addresses that have sent something over TCP. The one that did longest ago comes first. */
    readonly #tcpPeers = new Set<string>();

    constructor(transport: TransportLayer, clock: Clock) {
        this.#transport = transport;
        this.#clock = clock;
    }

    /** The flow for that request: to the target as it is, or by TCP. Rejects as {@link TransportLayer.open} does. */
    async open(draft: RequestDraft, target: Target): Promise<Flow> {
        const byTcp: Target = { ...target, protocol: "tcp" };
        const sentBy = target.protocol === "udp" ? this.#transport.localAddressFor(byTcp) : undefined;
        if (sentBy === undefined) return this.#transport.open(target);
        const asDatagram = composeRequest(draft, { protocol: "udp", sentBy }, newBranch());
        if (serializeMessage(asDatagram).length <= maxDatagramBytes) return this.#transport.open(target);
        if (!this.#tcpPeers.has(target.address)) return this.#transport.open(target);
        const peer = `${target.address}|${target.port}`;
        if ((this.#withoutTcp.get(peer) ?? 0) > this.#clock.now()) return this.#transport.open(target);
        try {
            return await this.#transport.open(byTcp);
        } catch {
            this.#remember(peer);
            return this.#transport.open(target);
        }
    }

    /** To be called with the flow of each message that arrives. */
    noteArrival({ protocol, remote }: Pick<Flow, "protocol" | "remote">): void {
        if (protocol !== "tcp") return;
        this.#tcpPeers.delete(remote.address);
        const [oldest] = this.#tcpPeers;
        if (oldest !== undefined && this.#tcpPeers.size >= maxRemembered) this.#tcpPeers.delete(oldest);
        this.#tcpPeers.add(remote.address);
    }

    #remember(peer: string): void {
        const [oldest] = this.#withoutTcp.keys();
        if (oldest !== undefined && this.#withoutTcp.size >= maxRemembered) this.#withoutTcp.delete(oldest);
        this.#withoutTcp.delete(peer);
        this.#withoutTcp.set(peer, this.#clock.now() + memoryMs);
    }
}
