import type { CancelTimer, Clock } from "../Clock.ts";
import type { HostPort } from "../sip/hostPort.ts";
import type { TrafficCounters } from "./TrafficCounters.ts";
import { type DropReason, type Endpoint, type Flow, type Protocol, TransportError } from "./SipTransport.ts";

/** The sending half of a connection, be it a socket or a WebSocket. */
export interface Wire {
    /** Resolves once handed to the system; rejects if the connection broke before. */
    write(data: Buffer): Promise<void>;
    /** Bytes written and not yet handed to the system. */
    queuedBytes(): number;
    /** Closes once everything queued has gone out. */
    end(): void;
    /** Closes now. */
    destroy(): void;
}

/** Who and where a connection is. */
export interface ConnectionEnds {
    readonly id: string;
    readonly protocol: Exclude<Protocol, "udp">;
    readonly local: Endpoint;
    readonly remote: Endpoint;
    readonly sentBy: Required<HostPort>;
    /** As of {@link Flow}. */
    readonly foreignOrigin?: string;
}

/** A flow over a connection. */
export class ConnectionFlow implements Flow {
    readonly id: string;
    readonly protocol: Exclude<Protocol, "udp">;
    readonly local: Endpoint;
    readonly remote: Endpoint;
    readonly sentBy: Required<HostPort>;
    readonly foreignOrigin?: string;
    readonly reliable = true;
    readonly #wire: Wire;
    readonly #clock: Clock;
    readonly #maxQueuedBytes: number;
    readonly #closeTimeoutMs: number;
    readonly #counters: TrafficCounters;
    readonly #onDrop: (reason: DropReason) => void;
    readonly #closeListeners = new Set<() => void>();
    #closed = false;
    #cancelEnding: CancelTimer | undefined;

    constructor(
        ends: ConnectionEnds,
        wire: Wire,
        around: {
            readonly clock: Clock;
            readonly maxQueuedBytes: number;
            readonly closeTimeoutMs: number;
            readonly counters: TrafficCounters;
            readonly onDrop: (reason: DropReason) => void;
        },
    ) {
        this.id = ends.id;
        this.protocol = ends.protocol;
        this.local = ends.local;
        this.remote = ends.remote;
        this.sentBy = ends.sentBy;
        if (ends.foreignOrigin !== undefined) this.foreignOrigin = ends.foreignOrigin;
        this.#wire = wire;
        this.#clock = around.clock;
        this.#closeTimeoutMs = around.closeTimeoutMs;
        this.#maxQueuedBytes = around.maxQueuedBytes;
        this.#counters = around.counters;
        this.#onDrop = around.onDrop;
        this.#counters.connections += 1;
    }

    get closed(): boolean {
        return this.#closed;
    }

    async send(data: Buffer): Promise<void> {
        await this.sendBy(data.length, () => this.#wire.write(data));
        this.#counters.countSent(this.protocol);
    }

    /** As {@link send} for what is no message and goes out in another way: what waits to be sent is bounded alike. */
    async sendBy(bytes: number, write: () => Promise<void>): Promise<void> {
        if (this.#closed) throw new TransportError("the connection is closed");
        if (this.#wire.queuedBytes() + bytes > this.#maxQueuedBytes) {
            this.#onDrop("backpressure");
            this.close();
            throw new TransportError("the peer does not read what it is sent");
        }
        await write();
    }

    onClose(listener: () => void): () => void {
        if (this.#closed) listener();
        else this.#closeListeners.add(listener);
        return () => this.#closeListeners.delete(listener);
    }

    close(): void {
        this.#wire.destroy();
        this.markClosed();
    }

    /** Closes after what is queued has gone out and the peer agrees; without it when the close timeout is over. */
    end(): void {
        if (this.#closed || this.#cancelEnding !== undefined) return;
        this.#wire.end();
        this.#cancelEnding = this.#clock.setTimer(this.#closeTimeoutMs, () => this.close());
    }

    /** To be called when the connection is gone. Notifies the listeners, once. */
    markClosed(): void {
        if (this.#closed) return;
        this.#closed = true;
        this.#cancelEnding?.();
        this.#counters.connections -= 1;
        for (const listener of this.#closeListeners) listener();
        this.#closeListeners.clear();
    }
}
