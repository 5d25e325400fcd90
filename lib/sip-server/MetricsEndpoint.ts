import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Serves one text at /metrics over HTTP. Made for a scraper in the same network, so it has neither TLS nor logins. */
export class MetricsEndpoint {
    readonly #server: Server;

    /** `text` is called for each scrape. */
    constructor(text: () => string | Promise<string>) {
        this.#server = createServer({ requestTimeout: 5000, headersTimeout: 5000 }, (request, response) => {
            if (request.method !== "GET" || request.url !== "/metrics") {
                response.writeHead(404).end();
                return;
            }
            void Promise.resolve(text()).then((metrics) => {
                response.writeHead(200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" }).end(metrics);
            });
        });
        this.#server.maxConnections = 32;
    }

    /** Rejects with the system's error if the address cannot be bound. */
    listen(host: string, port: number): Promise<{ readonly host: string; readonly port: number }> {
        return new Promise((resolve, reject) => {
            this.#server.once("error", reject);
            this.#server.listen(port, host, () => {
                this.#server.off("error", reject);
                const address = this.#server.address() as AddressInfo;
                resolve({ host: address.address, port: address.port });
            });
        });
    }

    close(): Promise<void> {
        return new Promise((resolve) => {
            this.#server.close(() => resolve());
            this.#server.closeAllConnections();
        });
    }
}
