import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import {
    connectDrachtio,
    type DrachtioConnection,
    type DrachtioListener,
    WrongSecretError,
} from "./connectDrachtio.ts";
import type { DrachtioEndpoint } from "./DrachtioEndpoint.ts";
import { PingWatch } from "./PingWatch.ts";
import {
    type HeaderFields,
    type InheritedTransactions,
    type OutgoingRequest,
    type OutgoingResponse,
    type ResponseListener,
    type SentRequest,
    SipSendError,
    type SipStack,
} from "../SipStack.ts";

const CONNECT_TIMEOUT_MS = 5_000;
const FIRST_DELAY_MS = 150;
const LONGEST_DELAY_MS = 5_000;

export interface SipLinkParts {
    readonly clock: Clock;
    readonly log: Log;
    /** Returns the server's control port. Called before each attempt, because an embedded server may have another one. */
    readonly endpoint: () => Promise<DrachtioEndpoint>;
    /** `onLost`: every dialog and transaction has ended; the link is being made again. */
    readonly listener: DrachtioListener;
    /** Called each time the link is up, the first time included, before anything arrives over it. */
    readonly onUp?: (server: { readonly version: string }) => void;
    /** The server hangs: the connection is open, but pings have no response. The link is being made again. */
    readonly onHang?: () => void;
    /** The server came back with another secret, so the link is given up. Not called for the first attempt. */
    readonly onRefused: (error: WrongSecretError) => void;
}

type LinkState =
    | { readonly phase: "idle" | "connecting" | "stopped" }
    | { readonly phase: "up"; readonly connection: DrachtioConnection; readonly watch: PingWatch }
    | { readonly phase: "waiting"; readonly cancel: () => void };

/** The connection to the SIP server, made again with growing pauses whenever it is lost. */
export class SipLink implements SipStack, InheritedTransactions {
    readonly #parts: SipLinkParts;
    #state: LinkState = { phase: "idle" };
    #failures = 0;

    constructor(parts: SipLinkParts) {
        this.#parts = parts;
    }

    get connected(): boolean {
        return this.#state.phase === "up";
    }

    /**
     * Resolves once connected, with where the server listens (`udp/192.0.2.1:5060`, …). Waits for a server that is not
     * up yet, for as long as it takes; rejects with a `WrongSecretError`, or when stopped meanwhile.
     */
    start(): Promise<readonly string[]> {
        return new Promise((resolve, reject) => this.#connect(resolve, reject));
    }

    /** Closes the connection, and with it whatever the server still holds for us. */
    stop(): void {
        if (this.#state.phase === "up") {
            this.#state.watch.stop();
            this.#state.connection.close();
        }
        if (this.#state.phase === "waiting") this.#state.cancel();
        this.#state = { phase: "stopped" };
    }

    async send(request: OutgoingRequest, listener: ResponseListener): Promise<SentRequest> {
        return this.#connection().send(request, listener);
    }

    async respondTo(transactionId: string, response: OutgoingResponse): Promise<void> {
        await this.#connection().respondTo(transactionId, response);
    }

    async respondToLost(response: OutgoingResponse): Promise<void> {
        await this.#connection().respondToLost(response);
    }

    async cancelSent(transactionId: string, headers: HeaderFields): Promise<void> {
        await this.#connection().cancelSent(transactionId, headers);
    }

    async heldDelivered(): Promise<void> {
        // the server responds in the order of what it sends
        await this.#connection().ping();
        await new Promise((resolve) => setImmediate(resolve));
    }

    #connection(): DrachtioConnection {
        if (this.#state.phase === "up") return this.#state.connection;
        throw new SipSendError("disconnected", "not connected to the SIP server");
    }

    #connect(onUp: (listensAt: readonly string[]) => void, onRefused: (error: Error) => void): void {
        this.#state = { phase: "connecting" };
        this.#open().then(
            (connection) => {
                if (this.#state.phase === "stopped") {
                    connection.close();
                    return onRefused(new Error("stopped before the SIP server answered"));
                }
                this.#failures = 0;
                this.#state = { phase: "up", connection, watch: this.#watch(connection) };
                this.#parts.log.info("connected to the SIP server", {
                    version: connection.serverVersion,
                    listensAt: connection.listensAt,
                });
                this.#parts.onUp?.({ version: connection.serverVersion });
                onUp(connection.listensAt);
            },
            (error: unknown) => {
                if (error instanceof WrongSecretError) {
                    this.#state = { phase: "stopped" };
                    return onRefused(error);
                }
                if (this.#state.phase === "stopped") {
                    return onRefused(new Error("stopped before the SIP server answered"));
                }
                this.#parts.log.warn("SIP server not reachable", { error });
                this.#retry(onUp, onRefused);
            },
        );
    }

    async #open(): Promise<DrachtioConnection> {
        const endpoint = await this.#parts.endpoint();
        return connectDrachtio(
            endpoint,
            {
                onRequest: (request) => this.#parts.listener.onRequest(request),
                onLost: () => this.#lost(),
            },
            CONNECT_TIMEOUT_MS,
        );
    }

    #watch(connection: DrachtioConnection): PingWatch {
        const { clock, log, onHang } = this.#parts;
        return new PingWatch({
            clock,
            ping: () => connection.ping(),
            received: () => connection.received,
            onHang: () => {
                log.error("SIP server hangs: no response to pings");
                connection.close();
                onHang?.();
                this.#lost();
            },
        });
    }

    #lost(): void {
        if (this.#state.phase === "stopped") return;
        if (this.#state.phase === "up") this.#state.watch.stop();
        this.#parts.log.warn("connection to the SIP server lost");
        this.#parts.listener.onLost();
        this.#retry(
            () => undefined,
            (error) => {
                if (error instanceof WrongSecretError) this.#parts.onRefused(error);
            },
        );
    }

    #retry(onUp: (listensAt: readonly string[]) => void, onRefused: (error: Error) => void): void {
        const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(this.#failures++, 10));
        this.#state = {
            phase: "waiting",
            cancel: this.#parts.clock.startTimer(delay, () => this.#connect(onUp, onRefused)),
        };
    }
}
