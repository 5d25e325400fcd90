import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Log } from "../../ports/Log.ts";
import type { Administration } from "../Administration.ts";
import { type Answer, isFailure } from "../Answer.ts";
import type { Invoker } from "../Command.ts";
import type { CommandRunner } from "../CommandRunner.ts";
import type { CommandTable } from "../CommandTable.ts";
import { plainAnswer } from "../renderAnswer.ts";
import { readinessOf } from "../supervision/health.ts";
import { openApiDocument } from "./openApi.ts";
import { PAGE_HEADERS, pageHtml } from "./page.ts";
import { overviewOf } from "./overview.ts";

export interface AdminServerParts {
    readonly commands: CommandTable;
    readonly runner: CommandRunner;
    readonly administration: Administration;
    readonly token: string;
    readonly log: Log;
}

/** A larger body is none of a command. */
const MAX_BODY_BYTES = 16_384;
const INVOKER: Invoker = { name: "http", level: "admin" };

interface Reply {
    readonly status: number;
    readonly body: unknown;
    readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The HTTP API: `/v1/<command>`, the OpenAPI document, health, and the page. Everything but health, readiness and the empty
 * page needs the token. Listens on loopback addresses only, which the configuration guarantees.
 */
export class AdminServer {
    readonly #parts: AdminServerParts;
    readonly #server: Server;

    constructor(parts: AdminServerParts) {
        this.#parts = parts;
        this.#server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
            this.#serve(request, response).catch((error: unknown) => {
                parts.log.error("HTTP request failed", { url: request.url, error });
                send(response, { status: 500, body: { error: "internal error" } });
            });
        });
        this.#server.maxConnections = 64;
    }

    /** Resolves with the port. Rejects with the error of the system if the address cannot be used. */
    listen(host: string, port: number): Promise<number> {
        return new Promise((resolve, reject) => {
            this.#server.once("error", reject);
            this.#server.listen(port, host, () => {
                this.#server.off("error", reject);
                const address = this.#server.address();
                resolve(typeof address === "object" && address !== null ? address.port : port);
            });
        });
    }

    close(): Promise<void> {
        return new Promise((resolve) => {
            this.#server.close(() => resolve());
            this.#server.closeAllConnections();
        });
    }

    async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
        if (request.method === "GET" && pathname === "/") {
            response.writeHead(200, PAGE_HEADERS).end(pageHtml());
            return;
        }
        send(response, this.#health(request, pathname) ?? (await this.#authorised(request, pathname, searchParams)));
    }

    async #authorised(request: IncomingMessage, pathname: string, query: URLSearchParams): Promise<Reply> {
        const { commands, administration } = this.#parts;
        if (!this.#isAuthorised(request)) {
            const body = { error: "send the token as Authorization: Bearer" };
            return { status: 401, body, headers: { "WWW-Authenticate": "Bearer" } };
        }
        if (pathname === "/v1") return { status: 200, body: openApiDocument(commands.all, administration.version) };
        if (pathname === "/v1/overview") return { status: 200, body: overviewOf(administration) };
        const name = /^\/v1\/([\w-]+)$/.exec(pathname)?.[1];
        if (name === undefined) return { status: 404, body: { error: "no such path; see /v1" } };
        const given = request.method === "POST" ? await jsonBody(request) : Object.fromEntries(query);
        return this.#command(request.method, name, given);
    }

    /** Needs no token: it says nothing about calls. */
    #health({ method }: IncomingMessage, pathname: string): Reply | undefined {
        if (method !== "GET" || (pathname !== "/health" && pathname !== "/ready")) return undefined;
        const { ready, reasons, service, parts } = readinessOf(this.#parts.administration);
        return {
            status: ready || pathname === "/health" ? 200 : 503,
            body: { ready, reasons, service, parts },
        };
    }

    async #command(
        method: string | undefined,
        name: string,
        given: Readonly<Record<string, string>> | undefined,
    ): Promise<Reply> {
        const { commands, runner } = this.#parts;
        const command = commands.all.find((known) => known.name === name);
        if (command === undefined) {
            const nearest = commands.nearest(name, "admin");
            return { status: 404, body: { error: `no command ${name}`, ...(nearest !== undefined && { nearest }) } };
        }
        if (method !== "POST" && (method !== "GET" || command.effect === "act")) {
            return { status: 405, body: { error: `${name} changes something: use POST` }, headers: { Allow: "POST" } };
        }
        if (given === undefined) return { status: 400, body: { error: "the body must be a JSON object of texts" } };
        const { outcome } = await runner.runNamed(command, given, INVOKER);
        if (isFailure(outcome)) return { status: 422, body: { error: outcome.failure, advice: outcome.advice } };
        return { status: 200, body: { data: dataOf(outcome), text: plainAnswer(outcome) } };
    }

    /** Compares digests, so that neither length nor contents of the token can be measured by time. */
    #isAuthorised({ headers }: IncomingMessage): boolean {
        const [, given = ""] = /^Bearer (.+)$/i.exec(headers.authorization ?? "") ?? [];
        return timingSafeEqual(digest(given), digest(this.#parts.token));
    }
}

function dataOf({ data, file }: Answer): unknown {
    return file === undefined ? data : { ...(typeof data === "object" ? data : { value: data }), file: file.text };
}

function digest(text: string): Buffer {
    return createHash("sha256").update(text).digest();
}

function send(response: ServerResponse, { status, body, headers = {} }: Reply): void {
    if (response.headersSent) return;
    const secure = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" };
    response.writeHead(status, { "Content-Type": "application/json; charset=utf-8", ...secure, ...headers });
    response.end(`${JSON.stringify(body, undefined, 2)}\n`);
}

/** The texts of a JSON object; undefined for any other body. */
async function jsonBody(request: IncomingMessage): Promise<Readonly<Record<string, string>> | undefined> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > MAX_BODY_BYTES) return undefined;
        chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString("utf8");
    if (text.trim() === "") return {};
    try {
        const value: unknown = JSON.parse(text);
        if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
        const entries = Object.entries(value).map(([name, item]): [string, string] => [name, String(item)]);
        return Object.fromEntries(entries);
    } catch {
        return undefined;
    }
}
