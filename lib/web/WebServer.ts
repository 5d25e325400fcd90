import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Log } from "../ports/Log.ts";

/** Handles the requests of one path prefix. Must respond, and must not throw. */
export type WebHandler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

export interface WebServerOptions {
    readonly host: string;
    readonly port: number;
    /** By first segment of the path: `/files/...` is `files`. Anything else is 404. */
    readonly handlers: ReadonlyMap<string, WebHandler>;
    readonly log: Log;
}

/** Time for a client to send a request, in ms; a slow one keeps a connection open. */
const REQUEST_TIMEOUT_MS = 15_000;
const MAX_CONNECTIONS = 500;
const MAX_HEADER_BYTES = 16_384;

/** The bridge's HTTP listener for the outside: links to files, and webhooks of SMS services. A TLS proxy stands in front of it. */
export class WebServer {
    readonly #server: Server;
    readonly #options: WebServerOptions;

    constructor(options: WebServerOptions) {
        this.#options = options;
        this.#server = createServer(
            { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS, maxHeaderSize: MAX_HEADER_BYTES },
            (request, response) => void this.#handle(request, response),
        );
        this.#server.maxConnections = MAX_CONNECTIONS;
    }

    /** Resolves with the port once it listens. Rejects with the system's error. */
    async start(): Promise<number> {
        const { host, port } = this.#options;
        await new Promise<void>((resolve, reject) => {
            this.#server.once("error", reject);
            this.#server.listen(port, host, resolve);
        });
        const address = this.#server.address();
        return typeof address === "object" && address !== null ? address.port : port;
    }

    async stop(): Promise<void> {
        const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
        this.#server.closeAllConnections();
        await closed;
    }

    async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Cache-Control", "no-store");
        try {
            const url = URL.parse(request.url ?? "/", "http://localhost");
            const [, first = ""] = url?.pathname.split("/") ?? [];
            const handler = this.#options.handlers.get(first);
            if (url === null || handler === undefined) respond(response, 404);
            else await handler(request, response, url);
        } catch (error) {
            this.#options.log.warn("web request failed", { error });
            if (response.headersSent) response.destroy();
            else respond(response, 500);
        }
    }
}

/** Sends a response without a body, or with a short text. */
function respond(response: ServerResponse, status: number, text = ""): void {
    response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" }).end(text);
}
