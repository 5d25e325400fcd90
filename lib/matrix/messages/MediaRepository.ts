import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import { HomeserverError } from "../homeserver/HomeserverError.ts";

/** The homeserver's media, authenticated (client-server API, "Content repository"; Matrix 1.11). */
export interface MediaRepository {
    /** Uploads a file and returns its mxc: URI. @throws HomeserverError */
    upload(as: MatrixUserId, bytes: Uint8Array, mediaType: string, name: string): Promise<string>;
    /** Opens a file for reading; undefined if there is none. The caller limits the size. @throws HomeserverError */
    download(mxc: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array> | undefined>;
}

const UPLOAD_TIMEOUT_MS = 60_000;
const MXC = /^mxc:\/\/([^/\s]+)\/([A-Za-z0-9_-]+)$/;

/** By requests of its own: the framework's client reads whole files into memory. */
export class HomeserverMedia implements MediaRepository {
    readonly #url: string;
    readonly #token: string;

    constructor(homeserverUrl: string, asToken: string) {
        this.#url = homeserverUrl.replace(/\/$/, "");
        this.#token = asToken;
    }

    async upload(as: MatrixUserId, bytes: Uint8Array, mediaType: string, name: string): Promise<string> {
        const query = new URLSearchParams({ filename: name, user_id: as });
        const response = await this.#fetch(`/_matrix/media/v3/upload?${query.toString()}`, {
            method: "POST",
            headers: { "Content-Type": mediaType },
            body: bytes,
            signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS),
        });
        const reply: unknown = await response.json();
        const uri =
            typeof reply === "object" && reply !== null && "content_uri" in reply ? reply.content_uri : undefined;
        if (typeof uri !== "string")
            throw new HomeserverError("the homeserver returned no content URI", { status: 502 });
        return uri;
    }

    async download(mxc: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array> | undefined> {
        const [, server, id] = MXC.exec(mxc) ?? [];
        if (server === undefined || id === undefined) return undefined;
        const path = `/_matrix/client/v1/media/download/${encodeURIComponent(server)}/${encodeURIComponent(id)}`;
        try {
            return (await this.#fetch(path, { signal })).body ?? undefined;
        } catch (reason) {
            if (reason instanceof HomeserverError && reason.kind === "notFound") return undefined;
            throw reason;
        }
    }

    async #fetch(path: string, init: RequestInit): Promise<Response> {
        let response: Response;
        try {
            const headers = new Headers(init.headers);
            headers.set("Authorization", `Bearer ${this.#token}`);
            response = await fetch(`${this.#url}${path}`, { ...init, headers });
        } catch (reason) {
            throw new HomeserverError("media request failed", {}, { cause: reason });
        }
        if (response.ok) return response;
        await response.body?.cancel();
        const errcode = response.status === 413 ? "M_TOO_LARGE" : undefined;
        throw new HomeserverError("media request rejected", { status: response.status, errcode });
    }
}
