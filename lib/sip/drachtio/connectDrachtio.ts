import Srf from "drachtio-srf";
import type { DrachtioEndpoint } from "./DrachtioEndpoint.ts";
import { closeSrf } from "./closeSrf.ts";
import { Orders } from "./Orders.ts";
import { FactQueue } from "./FactQueue.ts";
import { clean, joinLines, oneLine, proxyOf, refuseIfTooLarge } from "./srfMessages.ts";
import type { SrfLike } from "./srfShapes.ts";
import { SrfTransactions } from "./SrfTransactions.ts";
import {
    type HeaderFields,
    type IncomingRequest,
    type InheritedTransactions,
    type OutgoingRequest,
    type OutgoingResponse,
    type ResponseListener,
    type SentRequest,
    SipSendError,
    type SipStack,
} from "../SipStack.ts";

export interface DrachtioListener {
    /** A request came. Synchronous: what it wants to hook (CANCEL) it hooks before it returns. */
    onRequest(request: IncomingRequest): void;
    /** The connection is gone, and every dialog made over it. Told once, and not for a connection that was closed by us. */
    onLost(): void;
}

/** The server answers, and the secret is not the one it wants: trying again does not help. */
export class WrongSecretError extends Error {
    constructor(endpoint: DrachtioEndpoint) {
        super(`the SIP server at ${endpoint.host}:${endpoint.port} refuses the secret`);
        this.name = new.target.name;
    }
}

/** One connection to the server. It is never revived: after a loss another one is made (SipLink). */
export interface DrachtioConnection extends SipStack, Omit<InheritedTransactions, "heldDelivered"> {
    readonly serverVersion: string;
    /** Where the server listens: `udp/192.0.2.1:5060`, … */
    readonly listensAt: readonly string[];
    /** Number of frames received from the server so far. */
    readonly received: number;
    /** Resolves once the server has responded to a ping; rejects if the connection is lost. A server that hangs does neither. */
    ping(): Promise<void>;
    close(): void;
}

/** The methods that arrive outside of dialogs; the server delivers those within dialogs by itself. */
const SERVED = ["invite", "options", "register", "message", "subscribe", "notify", "refer", "publish", "info"] as const;

/**
 * Connects and authenticates. Rejects with a `WrongSecretError`, or with what went wrong on the way. The only door to
 * drachtio-srf, of which only requests and responses are used: its dialogs answer too much on their own.
 */
export async function connectDrachtio(
    endpoint: DrachtioEndpoint,
    listener: DrachtioListener,
    timeoutMs: number,
): Promise<DrachtioConnection> {
    const connection = new SrfConnection(listener);
    await connection.open(endpoint, timeoutMs);
    return connection;
}

class SrfConnection implements DrachtioConnection {
    readonly #listener: DrachtioListener;
    readonly #srf: SrfLike = new SrfClass();
    readonly #orders = new Orders();
    readonly #facts = new FactQueue();
    readonly #transactions = new SrfTransactions(this.#orders, this.#facts);
    #state: "opening" | "open" | "closed" = "opening";
    #version = "";
    #listensAt: readonly string[] = [];
    #received = 0;

    constructor(listener: DrachtioListener) {
        this.#listener = listener;
    }

    get serverVersion(): string {
        return this.#version;
    }

    get received(): number {
        return this.#received;
    }

    get listensAt(): readonly string[] {
        return this.#listensAt;
    }

    async open(endpoint: DrachtioEndpoint, timeoutMs: number): Promise<void> {
        for (const method of SERVED) this.#srf.use(method, (_req, _res, next) => next());
        this.#srf.use((req, res) => {
            const request = this.#transactions.received(req, res);
            this.#facts.tell(() => this.#listener.onRequest(request));
        });
        // told through the inner application below; unheard, it would end the process
        this.#srf.on("error", () => undefined);
        try {
            await new Promise<void>((resolve, reject) => {
                const timer = setTimeout(() => reject(new Error("no response in time")), timeoutMs);
                const fail = (error: Error): void => {
                    clearTimeout(timer);
                    reject(error);
                };
                // on the inner application, which emits immediately: a refused secret must be noticed before the socket closes
                this.#srf.app.on("connect", (error, hostports, version) => {
                    if (error) return fail(new WrongSecretError(endpoint));
                    if (this.#state === "closed") return this.#srf.disconnect();
                    clearTimeout(timer);
                    this.#state = "open";
                    this.#srf.app.client?.wp.on("msg", () => (this.#received += 1));
                    this.#version = version ?? "";
                    this.#listensAt = (hostports ?? "").split(",");
                    resolve();
                });
                this.#srf.app.on("error", (error) => fail(error ?? new Error("connection failed")));
                this.#srf.app.on("close", () => {
                    fail(new Error("connection closed"));
                    this.#gone();
                });
                // one attempt: drachtio-srf's own retrying can neither be stopped nor told a wrong secret from a lost line
                const { host, port, secret, resumeName } = endpoint;
                const tags = resumeName === undefined ? [] : [`resume:${resumeName}`];
                this.#srf.connect({ host, port, secret, tags, reconnect: { maxAttempts: 1 } });
            });
        } catch (error) {
            this.close();
            throw error;
        }
    }

    close(): void {
        if (this.#state === "closed") return;
        this.#state = "closed";
        this.#orders.close();
        closeSrf(this.#srf);
    }

    ping(): Promise<void> {
        return new Promise((resolve, reject) => {
            const { client } = this.#srf.app;
            const [socket, server] = [...(client?.mapServer ?? [])][0] ?? [];
            if (client === undefined || server === undefined || this.#state !== "open") {
                return reject(new Error("not connected"));
            }
            server.pendingRequests.set(client.wp.send(socket, "ping"), () => resolve());
        });
    }

    respondTo(transactionId: string, { status, reason = "", headers = {}, body }: OutgoingResponse): Promise<void> {
        return this.#command(`SIP/2.0 ${status} ${oneLine(reason)}`, transactionId, headers, body);
    }

    async respondToLost({ status, reason = "", headers = {} }: OutgoingResponse): Promise<void> {
        this.#requireEmbedded("an INVITE of a lost SIP server");
        await this.#command(`SIP/2.0 ${status} ${oneLine(reason)}`, "", headers);
    }

    cancelSent(transactionId: string, headers: HeaderFields): Promise<void> {
        return this.#command("CANCEL sip:placeholder SIP/2.0", transactionId, headers);
    }

    /** What drachtio-srf offers for requests of its own process only. */
    #command(startLine: string, stackTxnId: string, fields: HeaderFields, body?: string): Promise<void> {
        return this.#orders.give<undefined>((done, fail) => {
            const { client } = this.#srf.app;
            const [server] = client?.mapServer.values() ?? [];
            if (client === undefined || server === undefined) return fail("not connected");
            const options = { stackTxnId, headers: clean(fields), ...(body !== undefined && { body }) };
            const id = client.sendMessage(`${startLine}\r\n\r\n`, options);
            server.pendingRequests.set(id, ([result, text]) => (result === "OK" ? done(undefined) : fail(text)));
        });
    }

    async send(request: OutgoingRequest, listener: ResponseListener): Promise<SentRequest> {
        const headers = { ...clean(request.headers), ...joinLines(request.headerLines ?? []) };
        refuseIfTooLarge(request.uri, headers, request.body);
        this.#rejectTelUri(request.uri);
        if (request.method === "CANCEL") this.#requireEmbedded("a CANCEL of a lost SIP server");
        return this.#orders.give<SentRequest>((done, fail) => {
            this.#srf.request(
                oneLine(request.uri ?? "sip:placeholder"),
                {
                    method: request.method,
                    headers,
                    ...(request.body !== undefined && { body: request.body }),
                    ...proxyOf(request),
                    ...(request.dialogId !== undefined && { stackDialogId: request.dialogId }),
                },
                (error, req) => {
                    if (!req) return fail(error);
                    done(this.#transactions.sent(req, listener));
                },
            );
        });
    }

    /** drachtio-server (0.9.10) crashes on a URI that has no host. The bridge never sends one. */
    #rejectTelUri(uri: string | undefined): void {
        if (!/^\s*tel:/i.test(uri ?? "") || this.#isEmbedded) return;
        throw new SipSendError("refused", "drachtio-server crashes on tel: URIs; set numberUri: sip-phone");
    }

    #requireEmbedded(what: string): void {
        if (!this.#isEmbedded) throw new SipSendError("refused", `drachtio-server does not support ${what}`);
    }

    get #isEmbedded(): boolean {
        return this.#version.endsWith("-embedded");
    }

    #gone(): void {
        if (this.#state !== "open") return;
        this.#state = "closed";
        this.#orders.close();
        this.#listener.onLost();
    }
}

const SrfClass = Srf as unknown as new () => SrfLike;
