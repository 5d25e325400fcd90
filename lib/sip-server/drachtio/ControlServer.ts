import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import type { CancelTimer, Clock } from "../Clock.ts";
import type { Log } from "../log.ts";
import type { AppClient } from "./AppClient.ts";
import type { ClientFrame } from "./clientFrame.ts";
import type { ClientRegistry } from "./ClientRegistry.ts";
import { ControlConnection } from "./ControlConnection.ts";
import type { CloseReason } from "./ControlConnection.ts";
import type { ControlCounters } from "./ControlCounters.ts";
import { isSharedSecret } from "./sharedSecret.ts";
import { encodeNok, encodeOk } from "./serverFrame.ts";
import type { SipFrame } from "./AppCommands.ts";

/** Applications authenticate right after connecting; who does not is somebody else. */
const AUTHENTICATION_MS = 5000;
/** Authenticated and unauthenticated connections together. */
const MAX_CONNECTIONS = 256;

/** The addresses SIP is reached at, as comma lists of `protocol/host:port`: from outside and as bound. */
export type Hostports = { readonly external: string; readonly local: string };

export type ControlServerParts = {
    readonly secret: string;
    readonly version: string;
    readonly hostports: Hostports;
    readonly registry: ClientRegistry<AppClient>;
    readonly counters: ControlCounters;
    readonly clock: Clock;
    readonly log: Log;
    /** A SIP order of an authenticated application. */
    readonly onSip: (client: AppClient, frame: SipFrame) => void;
    /** An authenticated application is gone; it is out of the registry already. */
    readonly onGone: (client: AppClient) => void;
};

/**
 * Listens for applications. Nothing but `authenticate` is understood before the secret was proven: an open control port
 * would hand out the whole SIP stack.
 */
export class ControlServer {
    readonly #parts: ControlServerParts;
    readonly #server: Server;
    /** Connections that have not proven the secret yet, with what stops their deadline. */
    readonly #unauthenticated = new Map<ControlConnection, CancelTimer>();
    readonly #clients = new Set<ControlConnection>();

    constructor(parts: ControlServerParts) {
        this.#parts = parts;
        this.#server = createServer((socket) => {
            const connection = new ControlConnection(socket, {
                onFrame: (from, frame) => this.#onFrame(from, frame),
                onClose: (from, reason) => this.#onClose(from, reason),
            });
            const deadline = parts.clock.setTimer(AUTHENTICATION_MS, () => connection.close("protocol error"));
            this.#unauthenticated.set(connection, deadline);
        });
        this.#server.maxConnections = MAX_CONNECTIONS;
    }

    /** Rejects with the system's error if the address cannot be bound. Port 0 picks a free one. */
    listen(host: string, port: number): Promise<{ readonly host: string; readonly port: number }> {
        return new Promise((resolve, reject) => {
            this.#server.once("error", reject);
            this.#server.listen(port, host, () => {
                this.#server.off("error", reject);
                this.#server.on("error", (error) =>
                    this.#parts.log.warn("control port failed", { error: error.message }),
                );
                const address = this.#server.address() as AddressInfo;
                resolve({ host: address.address, port: address.port });
            });
        });
    }

    isConnected(client: AppClient): boolean {
        return client instanceof ControlConnection && this.#clients.has(client);
    }

    /** Closes the port and every connection. Applications notice by their sockets closing. */
    async close(): Promise<void> {
        const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
        for (const connection of [...this.#unauthenticated.keys(), ...this.#clients])
            connection.close("server stopping");
        await closed;
    }

    #onFrame(from: ControlConnection, frame: ClientFrame): void {
        this.#parts.counters.framesReceived++;
        if (frame.type === "authenticate") return this.#authenticate(from, frame);
        if (!this.#clients.has(from)) {
            this.#parts.counters.unauthenticated++;
            return from.refuse(frame.id, "not authenticated");
        }
        const { registry, onSip } = this.#parts;
        switch (frame.type) {
            case "route":
                registry.subscribe(from, frame.verb);
                return from.send(encodeOk(frame.id));
            case "removeRoute":
                registry.unsubscribe(from, frame.verb);
                return from.send(encodeOk(frame.id));
            case "ping":
                return from.send(encodeOk(frame.id, "pong"));
            case "sip":
                return onSip(from, frame);
            case "proxy":
                return from.send(encodeNok(frame.id, "error proxying request to: proxy mode is not supported"));
            case "unknown":
                return from.refuse(frame.id, "Unknown message type");
        }
    }

    #authenticate(from: ControlConnection, frame: Extract<ClientFrame, { type: "authenticate" }>): void {
        const { secret, version, hostports, registry, counters, log } = this.#parts;
        if (!isSharedSecret(frame.secret, secret)) {
            counters.unauthenticated++;
            log.warn("application rejected: incorrect secret", { application: from.remote });
            return from.refuse(frame.id, "incorrect secret");
        }
        this.#unauthenticated.get(from)?.();
        this.#unauthenticated.delete(from);
        this.#clients.add(from);
        from.trust();
        registry.add(from, frame.tags);
        log.info("application connected", { application: from.remote, tags: frame.tags });
        from.send(encodeOk(frame.id, hostports.external, version, hostports.local));
    }

    #onClose(from: ControlConnection, reason: CloseReason): void {
        this.#unauthenticated.get(from)?.();
        this.#unauthenticated.delete(from);
        if (!this.#clients.delete(from)) return;
        const { registry, log, onGone } = this.#parts;
        registry.remove(from);
        log.info("application disconnected", { reason });
        onGone(from);
    }
}
