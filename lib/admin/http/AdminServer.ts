import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../../ports/Log.ts";
import type { Administration } from "../Administration.ts";
import { type Answer, isFailure } from "../Answer.ts";
import type { AnyCommand, Invoker } from "../Command.ts";
import type { CommandRunner } from "../CommandRunner.ts";
import type { CommandTable } from "../CommandTable.ts";
import { plainAnswer } from "../renderAnswer.ts";
import { readinessOf } from "../supervision/health.ts";
import { openApiDocument } from "./openApi.ts";
import { PAGE_HEADERS, pageHtml } from "./page.ts";
import { overviewOf } from "./overview.ts";
import { readArguments } from "./readArguments.ts";

export interface AdminServerParts {
    readonly commands: CommandTable;
    readonly runner: CommandRunner;
    readonly administration: Administration;
    readonly token: string;
    readonly log: Log;
}

const INVOKER: Invoker = { name: "http", level: "admin" };
/** How long the response to a wrong token takes, in ms: with the number of connections, it limits how many can be tried. */
const WRONG_TOKEN_MS = 500;
/** Wrong tokens are logged once in this time, in ms. */
const QUIET_MS = 60_000;

interface Reply {
    readonly status: number;
    /** Sent as JSON; a page is sent as it is. */
    readonly body: unknown;
    readonly headers?: Readonly<Record<string, string>>;
}

type Method = "GET" | "POST";

/** What one path answers. */
interface Route {
    readonly methods: readonly Method[];
    /** Whether it needs no token: it says nothing about calls. */
    readonly isOpen?: true;
    readonly reply: (request: IncomingMessage, query: URLSearchParams) => Reply | Promise<Reply>;
}

/**
 * The HTTP API: `/v1/<command>`, the OpenAPI document, health, and the page. Everything but health, readiness and the empty
 * page needs the token. Listens on loopback addresses only, which the configuration guarantees.
 */
export class AdminServer {
    readonly #parts: AdminServerParts;
    readonly #server: Server;
    readonly #fixedRoutes: ReadonlyMap<string, Route>;
    #wrongTokenLoggedAt = Number.NEGATIVE_INFINITY;

    constructor(parts: AdminServerParts) {
        this.#parts = parts;
        const { administration, commands } = parts;
        this.#fixedRoutes = new Map<string, Route>([
            [
                "/",
                {
                    methods: ["GET"],
                    isOpen: true,
                    reply: () => ({ status: 200, body: pageHtml(), headers: PAGE_HEADERS }),
                },
            ],
            ["/health", { methods: ["GET"], isOpen: true, reply: () => this.#health(200) }],
            ["/ready", { methods: ["GET"], isOpen: true, reply: () => this.#health(503) }],
            ["/v1", { methods: ["GET"], reply: () => found(openApiDocument(commands.all, administration.version)) }],
            ["/v1/overview", { methods: ["GET"], reply: () => found(overviewOf(administration)) }],
        ]);
        this.#server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
            this.#replyTo(request)
                .catch((error: unknown): Reply => {
                    parts.log.error("HTTP request failed", { url: request.url, error });
                    return { status: 500, body: { error: "internal error; the log has the details" } };
                })
                .then((reply) => send(response, reply))
                .catch((error: unknown) => parts.log.debug("HTTP response not sent", { url: request.url, error }));
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

    async #replyTo(request: IncomingMessage): Promise<Reply> {
        const url = URL.parse(request.url ?? "/", "http://localhost");
        if (url === null) return { status: 400, body: { error: "the path is not valid" } };
        const route = this.#fixedRoutes.get(url.pathname) ?? this.#commandRoute(url.pathname);
        if (route?.isOpen !== true && !this.#isAuthorised(request)) return await this.#wrongToken(request);
        if (route === undefined) return { status: 404, body: { error: "no such path; see /v1" } };
        const allowed = [...route.methods, ...(route.methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"];
        const headers = { Allow: allowed.join(", ") };
        const { method = "GET" } = request;
        if (method === "OPTIONS") return { status: 204, body: undefined, headers };
        if (allowed.includes(method)) return await route.reply(request, url.searchParams);
        return {
            status: 405,
            body: { error: `${method} is not possible here; use ${route.methods.join(" or ")}` },
            headers,
        };
    }

    async #wrongToken({ headers, socket }: IncomingMessage): Promise<Reply> {
        const now = performance.now();
        if (headers.authorization !== undefined && now - this.#wrongTokenLoggedAt > QUIET_MS) {
            this.#wrongTokenLoggedAt = now;
            const hint = "give the client the token of admin.token, or find the program that tries tokens";
            this.#parts.log.warn("HTTP administration rejected: wrong token", { address: socket.remoteAddress, hint });
        }
        await delay(WRONG_TOKEN_MS);
        const body = { error: "send the token as Authorization: Bearer" };
        return { status: 401, body, headers: { "WWW-Authenticate": "Bearer" } };
    }

    #health(statusIfNotReady: number): Reply {
        const { ready, reasons, service, parts } = readinessOf(this.#parts.administration);
        return { status: ready ? 200 : statusIfNotReady, body: { ready, reasons, service, parts } };
    }

    #commandRoute(pathname: string): Route | undefined {
        const name = /^\/v1\/([\w-]+)$/.exec(pathname)?.[1];
        if (name === undefined) return undefined;
        const { commands } = this.#parts;
        const command = commands.all.find((known) => known.name === name);
        if (command === undefined) {
            const nearest = commands.nearest(name, "admin");
            const body = { error: `no command ${name}`, ...(nearest !== undefined && { nearest }) };
            return { methods: ["GET", "POST"], reply: () => ({ status: 404, body }) };
        }
        return {
            methods: command.effect === "inspect" ? ["GET", "POST"] : ["POST"],
            reply: (request, query) => this.#command(command, request, query),
        };
    }

    async #command(command: AnyCommand, request: IncomingMessage, query: URLSearchParams): Promise<Reply> {
        const given =
            request.method === "POST"
                ? await readArguments(request)
                : ({ kind: "given", values: Object.fromEntries(query) } as const);
        switch (given.kind) {
            case "tooLarge":
                return { status: 413, body: { error: "the body is too large" }, headers: { Connection: "close" } };
            case "invalid":
                return { status: 400, body: { error: "the body must be a JSON object of texts" } };
            case "given": {
                const { outcome } = await this.#parts.runner.runNamed(command, given.values, INVOKER);
                if (isFailure(outcome))
                    return { status: 422, body: { error: outcome.failure, advice: outcome.advice } };
                return found({ data: dataOf(outcome), text: plainAnswer(outcome) });
            }
        }
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

function found(body: unknown): Reply {
    return { status: 200, body };
}

/** Node leaves the body out if the request was HEAD. */
function send(response: ServerResponse, { status, body, headers = {} }: Reply): void {
    const secure = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" };
    response.writeHead(status, { "Content-Type": "application/json; charset=utf-8", ...secure, ...headers });
    if (body === undefined) response.end();
    else response.end(typeof body === "string" ? body : `${JSON.stringify(body, undefined, 2)}\n`);
}
