import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import type { CancelTimer, Clock } from "../Clock.ts";
import type { PendingRequest } from "../engine/SipEngine.ts";
import type { Log } from "../log.ts";
import type { AppClient } from "./AppClient.ts";
import { Application } from "./Application.ts";
import type { ClientFrame } from "./clientFrame.ts";
import type { ClientRegistry } from "./ClientRegistry.ts";
import { ControlConnection } from "./ControlConnection.ts";
import type { CloseReason } from "./ControlConnection.ts";
import type { ControlCounters } from "./ControlCounters.ts";
import { isSharedSecret } from "./sharedSecret.ts";
import { encodeNok, encodeNotice, encodeOk } from "./serverFrame.ts";
import type { SipFrame } from "./AppCommands.ts";

/** Applications authenticate right after connecting. */
const AUTHENTICATION_MS = 5000;
/** Authenticated and unauthenticated connections together. */
const MAX_CONNECTIONS = 256;

/** The addresses SIP is reached at, as comma lists of `protocol/host:port`: from outside and as bound. */
export type Hostports = { readonly external: string; readonly local: string };

/** The tag by which an application names itself, so that it can come back: `resume:<name>`. */
const RESUME_TAG = /^resume:([A-Za-z0-9._-]{1,64})$/;
/** Ids in one notice of held dialogs: more are sent in several. */
const IDS_PER_NOTICE = 500;

export type ControlServerParts = {
    readonly secret: string;
    readonly version: string;
    readonly hostports: Hostports;
    readonly registry: ClientRegistry<AppClient>;
    readonly counters: ControlCounters;
    readonly clock: Clock;
    readonly log: Log;
    /** How long an application with a resume name may be away, in ms. */
    readonly holdMs: number;
    readonly timeOfDay: () => Date;
    /** A SIP command of an authenticated application. */
    readonly onSip: (client: AppClient, frame: SipFrame) => void;
    /** What an application owns, for the one that comes back. */
    readonly heldBy: (client: AppClient) => HeldIds;
    /** An authenticated application has gone for good; it is out of the registry already. */
    readonly onGone: (client: AppClient) => void;
};

/** The dialogs of an application, and its requests of either direction that have no final response. */
export type HeldIds = { readonly dialogs: readonly string[]; readonly transactions: readonly PendingRequest[] };

/**
 * Listens for applications. Nothing but `authenticate` is understood before the secret was proven: an open control port
 * would hand out the whole SIP stack.
 */
export class ControlServer {
    readonly #parts: ControlServerParts;
    readonly #server: Server;
    /** Connections that have not proven the secret yet, with what stops their deadline. */
    readonly #unauthenticated = new Map<ControlConnection, CancelTimer>();
    readonly #clients = new Map<ControlConnection, Application>();
    /** Applications with a resume name, connected or held. */
    readonly #resumable = new Map<string, Application>();
    #state: "open" | "closing" = "open";

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

    /** Applications that are connected now. */
    get connected(): number {
        return this.#clients.size;
    }

    /** Closes the port and every connection. Applications notice by their sockets closing. */
    async close(): Promise<void> {
        const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
        for (const connection of [...this.#unauthenticated.keys(), ...this.#clients.keys()])
            connection.close("server stopping");
        await closed;
    }

    #onFrame(from: ControlConnection, frame: ClientFrame): void {
        this.#parts.counters.framesReceived++;
        if (frame.type === "authenticate") return this.#authenticate(from, frame);
        const application = this.#clients.get(from);
        if (application === undefined) {
            this.#parts.counters.unauthenticated++;
            return from.refuse(frame.id, "not authenticated");
        }
        const { registry, onSip } = this.#parts;
        switch (frame.type) {
            case "route":
                registry.subscribe(application, frame.verb);
                return from.send(encodeOk(frame.id));
            case "removeRoute":
                registry.unsubscribe(application, frame.verb);
                return from.send(encodeOk(frame.id));
            case "ping":
                return from.send(encodeOk(frame.id, "pong"));
            case "sip":
                return onSip(application, frame);
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
        from.trust();
        const welcome = encodeOk(frame.id, hostports.external, version, hostports.local);
        const name = frame.tags.flatMap((tag) => RESUME_TAG.exec(tag)?.[1] ?? [])[0];
        const known = name === undefined ? undefined : this.#resumable.get(name);
        if (known !== undefined) return this.#resume(known, from, welcome);
        const application = new Application(from, name);
        this.#clients.set(from, application);
        if (name !== undefined) this.#resumable.set(name, application);
        registry.add(application, frame.tags);
        log.info("application connected", { application: from.remote, tags: frame.tags });
        from.send(welcome);
        if (name !== undefined) this.#sendHeldIds(application);
    }

    /** The application is back by another connection: it gets what it owns, then what happened meanwhile. */
    #resume(application: Application, connection: ControlConnection, welcome: Buffer): void {
        const { registry, log } = this.#parts;
        for (const [old, owner] of [...this.#clients]) {
            if (owner !== application) continue;
            this.#clients.delete(old);
            old.close("replaced");
        }
        this.#clients.set(connection, application);
        const frames = application.attach(connection);
        registry.setAway(application, false);
        log.info("application resumed", { application: connection.remote, heldFrames: frames.length });
        connection.send(welcome);
        this.#sendHeldIds(application);
        for (const frame of frames) connection.send(frame);
    }

    #sendHeldIds(application: Application): void {
        const { heldBy, timeOfDay } = this.#parts;
        const { dialogs, transactions } = heldBy(application);
        for (let at = 0; at === 0 || at < Math.max(dialogs.length, transactions.length); at += IDS_PER_NOTICE) {
            const end = at + IDS_PER_NOTICE;
            const body = {
                dialogs: dialogs.slice(at, end),
                transactions: transactions.slice(at, end),
                more: end < Math.max(dialogs.length, transactions.length),
            };
            application.send(encodeNotice("held-dialogs", body, timeOfDay()));
        }
    }

    #onClose(from: ControlConnection, reason: CloseReason): void {
        this.#unauthenticated.get(from)?.();
        this.#unauthenticated.delete(from);
        const application = this.#clients.get(from);
        if (application === undefined) return;
        this.#clients.delete(from);
        const { registry, log, clock, holdMs } = this.#parts;
        log.info("application disconnected", { reason });
        if (application.resumeName === undefined || this.#state === "closing") return this.#end(application);
        registry.setAway(application, true);
        application.hold(clock.setTimer(holdMs, () => this.#end(application)));
    }

    #end(application: Application): void {
        const { registry, onGone } = this.#parts;
        application.end();
        if (application.resumeName !== undefined) this.#resumable.delete(application.resumeName);
        registry.remove(application);
        onGone(application);
    }
}
