import type { DropReason, Protocol, TransportCounters } from "./SipTransport.ts";

/** The counters of a transport layer, from the side that counts. */
export class TrafficCounters implements TransportCounters {
    readonly received = new Map<Protocol, number>();
    readonly sent = new Map<Protocol, number>();
    readonly dropped = new Map<DropReason, number>();
    ignoredParts = 0;
    connections = 0;

    countReceived(protocol: Protocol): void {
        this.received.set(protocol, (this.received.get(protocol) ?? 0) + 1);
    }

    countSent(protocol: Protocol): void {
        this.sent.set(protocol, (this.sent.get(protocol) ?? 0) + 1);
    }

    countDropped(reason: DropReason): void {
        this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + 1);
    }
}
