import { EnvHttpProxyAgent, type Dispatcher } from "undici";
import { HomeserverError } from "./HomeserverError.ts";
import type { HomeserverRequest } from "./HomeserverRequest.ts";
import { readErrorReply, readNoReply } from "./readReply.ts";

/** Far above the longest reply that the bridge asks for: the members of a large room. In bytes. */
const MAX_REPLY = 32 * 1024 * 1024;
/** Shorter than homeservers and the proxies in front of them keep an unused connection, in ms. */
const KEEP_UNUSED_MS = 4_000;

export interface HomeserverAccess {
    readonly homeserverUrl: string;
    readonly asToken: string;
}

/**
 * Requests to the homeserver over connections that are used again. The only import of undici: its client costs a third of
 * the CPU time of the framework's, and each call makes three requests. A proxy that the environment names (`HTTPS_PROXY`,
 * `NO_PROXY`) is used.
 */
export class HomeserverHttp {
    readonly #origin: string;
    readonly #prefix: string;
    readonly #authorization: string;
    readonly #agent = new EnvHttpProxyAgent({ maxResponseSize: MAX_REPLY, keepAliveTimeout: KEEP_UNUSED_MS });

    constructor({ homeserverUrl, asToken }: HomeserverAccess) {
        const { origin, pathname } = new URL(homeserverUrl);
        this.#origin = origin;
        this.#prefix = pathname.replace(/\/$/, "");
        this.#authorization = `Bearer ${asToken}`;
    }

    /** Sends a request once, as the type `SendRequest` says. `timeoutMs` limits it from the connection to the end of the reply. */
    async send(request: HomeserverRequest): Promise<unknown> {
        const { status, headers, text } = await this.#exchange(request);
        const body = parseJson(text);
        if (status >= 200 && status < 300) return body;
        throw new HomeserverError(...readErrorReply({ status, retryAfter: headers["retry-after"], body }));
    }

    /** Resolves once the requests in progress have ended. */
    async close(): Promise<void> {
        await this.#agent.close();
    }

    async #exchange(request: HomeserverRequest): Promise<Reply> {
        const limit = new AbortController();
        // not AbortSignal.timeout, which fires long after a request that has ended
        const timer = setTimeout(() => limit.abort(new RequestTimeout()), request.timeoutMs);
        try {
            const {
                statusCode: status,
                headers,
                body,
            } = await this.#agent.request({
                origin: this.#origin,
                path: this.#pathOf(request),
                method: request.method,
                headers: { authorization: this.#authorization, ...contentTypeOf(request) },
                body: request.upload?.bytes ?? (request.body === undefined ? null : JSON.stringify(request.body)),
                signal: limit.signal,
            });
            return { status, headers, text: await body.text() };
        } catch (reason) {
            throw new HomeserverError(...readNoReply(limit.signal.aborted ? limit.signal.reason : reason));
        } finally {
            clearTimeout(timer);
        }
    }

    #pathOf({ path, query, as }: HomeserverRequest): string {
        const parameters = new URLSearchParams({ ...query, ...(as === undefined ? {} : { user_id: as }) });
        return `${this.#prefix}${path}${parameters.size === 0 ? "" : `?${parameters.toString()}`}`;
    }
}

class RequestTimeout extends Error {
    constructor() {
        super("timeout");
        this.name = new.target.name;
    }
}

interface Reply {
    readonly status: number;
    readonly headers: Dispatcher.ResponseData["headers"];
    readonly text: string;
}

function contentTypeOf({ upload, body }: HomeserverRequest): Readonly<Record<string, string>> {
    if (upload !== undefined) return { "content-type": upload.contentType };
    return body === undefined ? {} : { "content-type": "application/json" };
}

/** A proxy in front of the homeserver may reply with HTML, which is kept as text. */
function parseJson(text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return text;
    }
}
