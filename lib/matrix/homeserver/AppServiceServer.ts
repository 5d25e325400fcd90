import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { ConnectionGuard } from "./ConnectionGuard.ts";
import { hasToken } from "./hasToken.ts";
import { readBody } from "./readBody.ts";

/** Events that the homeserver delivers in one request (Application Service API, `PUT /transactions/{txnId}`). */
export interface Delivery {
    readonly transactionId: string;
    readonly events: readonly unknown[];
    /** Typing notifications and read receipts. */
    readonly ephemeral: readonly unknown[];
}

export interface AppServiceServerOptions {
    /** The token that the homeserver sends. */
    readonly hsToken: string;
    /** Called for each delivery. The homeserver repeats the delivery if it rejects. */
    readonly onDelivery: (delivery: Delivery) => Promise<void>;
    /** Called for each ping (MSC2659) with its transaction ID, if it has one. */
    readonly onPing: (transactionId: string | undefined) => void;
    /** Handles the other requests, all of them authenticated. */
    readonly otherRequests: RequestListener;
    /** Called with an unexpected error of a request. */
    readonly onError: (error: unknown) => void;
}

/** A delivery holds up to 100 events of 64 KiB. One that is rejected as too large is sent again forever. */
const MAX_DELIVERY_BYTES = 16 * 1024 * 1024;
/** Time to receive the headers and the whole request, in ms. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const MAX_HEADER_BYTES = 16 * 1024;

const TRANSACTION_PATH = /^\/_matrix\/app\/v1\/transactions\/([^/]+)$/;
const PING_PATH = "/_matrix/app/v1/ping";
/** A ping has one short field. */
const MAX_PING_BYTES = 4_096;
const ping = z.object({ transaction_id: z.string().optional().catch(undefined) });
const list = z.array(z.unknown()).nullish().catch(undefined);
const delivery = z.object({ events: list, ephemeral: list, "de.sorunome.msc2409.ephemeral": list });

/**
 * The HTTP server for the homeserver. It checks the token before it reads the body of a request, because everybody who
 * reaches the port could send large bodies otherwise. Every error response is one line of JSON.
 */
export class AppServiceServer {
    readonly #options: AppServiceServerOptions;
    readonly #server: Server;
    readonly #guard = new ConnectionGuard();

    constructor(options: AppServiceServerOptions) {
        this.#options = options;
        const settings = {
            headersTimeout: HEADERS_TIMEOUT_MS,
            requestTimeout: REQUEST_TIMEOUT_MS,
            connectionsCheckingInterval: HEADERS_TIMEOUT_MS / 4,
            maxHeaderSize: MAX_HEADER_BYTES,
        };
        this.#server = createServer(settings, (request, response) => {
            this.#serve(request, response).catch((error: unknown) => {
                options.onError(error);
                if (response.headersSent) response.destroy();
                else reply(response, 500, "M_UNKNOWN", "Internal error");
            });
        });
        this.#server.on("connection", (socket) => this.#guard.onConnection(socket));
        // the default handler would answer in HTML
        this.#server.on("clientError", (_error, socket) => socket.destroy());
    }

    /** @throws the system's error if the address cannot be used */
    async listen(port: number, host: string | undefined): Promise<void> {
        this.#server.listen(port, host);
        await once(this.#server, "listening");
    }

    get port(): number {
        return (this.#server.address() as AddressInfo).port;
    }

    /** Stops listening and waits for the requests in progress. */
    async close(): Promise<void> {
        const closed = once(this.#server, "close");
        this.#server.close();
        this.#server.closeIdleConnections();
        await closed;
    }

    async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const path = pathOf(request);
        if (path === undefined) {
            reject(request, response, 400, "M_INVALID_PARAM", "Bad URL");
            return;
        }
        if (path === "/health") {
            reject(request, response, 200);
            return;
        }
        const isAuthentic = hasToken(request, this.#options.hsToken);
        if (isAuthentic !== true) {
            const [status, errcode] =
                isAuthentic === undefined ? ([401, "M_UNAUTHORIZED"] as const) : ([403, "M_FORBIDDEN"] as const);
            reject(request, response, status, errcode, "The homeserver token is missing or wrong");
            return;
        }
        this.#guard.trust(request.socket);
        const transactionId = TRANSACTION_PATH.exec(path)?.[1];
        if (path === PING_PATH && request.method === "POST") await this.#answerPing(request, response);
        else if (transactionId === undefined || request.method !== "PUT")
            this.#options.otherRequests(request, response);
        else await this.#receive(decodeURIComponent(transactionId), request, response);
    }

    async #answerPing(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const body = await readBody(request, MAX_PING_BYTES);
        this.#options.onPing("json" in body ? ping.safeParse(body.json).data?.transaction_id : undefined);
        reply(response, 200);
    }

    async #receive(transactionId: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
        const body = await readBody(request, MAX_DELIVERY_BYTES);
        if ("failure" in body) {
            const [status, errcode] =
                body.failure === "tooLarge" ? ([413, "M_TOO_LARGE"] as const) : ([400, "M_NOT_JSON"] as const);
            reject(request, response, status, errcode, "The body cannot be used");
            return;
        }
        const parsed = delivery.safeParse(body.json);
        if (!parsed.success) {
            reply(response, 400, "M_BAD_JSON", "The body is not an object");
            return;
        }
        const { events, ephemeral, "de.sorunome.msc2409.ephemeral": unstable } = parsed.data;
        await this.#options.onDelivery({ transactionId, events: events ?? [], ephemeral: ephemeral ?? unstable ?? [] });
        reply(response, 200);
    }
}

/** The path, or undefined if it has invalid escapes. */
function pathOf({ url = "/" }: IncomingMessage): string | undefined {
    const path = url.split("?", 1)[0] ?? "/";
    try {
        decodeURIComponent(path);
        return path;
    } catch {
        return undefined;
    }
}

/** Replies without reading the body, and closes the connection because the rest of the request is still in it. */
function reject(request: IncomingMessage, response: ServerResponse, ...answer: [number, string?, string?]): void {
    const hasBody =
        request.headers["content-length"] !== undefined || request.headers["transfer-encoding"] !== undefined;
    if (hasBody) {
        response.setHeader("Connection", "close");
        response.once("finish", () => request.socket.destroySoon());
    }
    reply(response, ...answer);
}

function reply(response: ServerResponse, status: number, errcode?: string, error?: string): void {
    const body = JSON.stringify(errcode === undefined ? {} : { errcode, error });
    response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) });
    response.end(body);
}
