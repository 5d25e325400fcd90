import { timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";

export interface PingAnswererOptions {
    readonly host: string;
    readonly port: number;
    readonly hsToken: string;
}

/**
 * Stands in for the bridge while the homeserver pings it (MSC2659). Anything else is put off with 503, so that the
 * homeserver sends it again to the bridge itself.
 */
export class PingAnswerer {
    readonly #server: Server | undefined;

    private constructor(server: Server | undefined) {
        this.#server = server;
    }

    /** Where the bridge runs already, it answers by itself, and nothing is opened. */
    static async open({ host, port, hsToken }: PingAnswererOptions): Promise<PingAnswerer> {
        const server = createServer((request, response) => {
            request.resume();
            const isPing = request.method === "POST" && request.url?.split("?")[0] === "/_matrix/app/v1/ping";
            const isHomeserver = isSame(request.headers.authorization ?? "", `Bearer ${hsToken}`);
            response.writeHead(!isPing ? 503 : isHomeserver ? 200 : 403, { "Content-Type": "application/json" });
            response.end("{}");
        });
        try {
            server.listen(port, host);
            await once(server, "listening");
        } catch (error) {
            if (error instanceof Error && "code" in error && error.code === "EADDRINUSE")
                return new PingAnswerer(undefined);
            throw error;
        }
        return new PingAnswerer(server);
    }

    get isBridgeRunning(): boolean {
        return this.#server === undefined;
    }

    close(): void {
        this.#server?.close();
        this.#server?.closeAllConnections();
    }
}

function isSame(given: string, wanted: string): boolean {
    const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
    return a.length === b.length && timingSafeEqual(a, b);
}
