import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { MessageFile } from "../../message/MessageContent.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { FileLink, FileLinks } from "../../ports/FileLinks.ts";
import type { MediaRepository } from "./MediaRepository.ts";

export interface FileLinkOptions {
    /** Where the bridge's HTTP listener is reached from the outside, without a slash at the end. */
    readonly publicUrl: string;
    /** Known to the bridge only and the same after a restart. */
    readonly secret: string;
    readonly validMs: number;
    readonly maxBytes: number;
}

/** What a link stands for. */
interface Linked {
    readonly mxc: string;
    readonly name: string;
    readonly mediaType: string;
    /** Wall time in ms. */
    readonly until: number;
}

/** Path prefix of links. */
export const FILES_PATH = "files";
const CONCURRENT_DOWNLOADS = 20;
const DOWNLOAD_TIMEOUT_MS = 120_000;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Makes links to files in Matrix and serves them. A link is the encrypted and authenticated description of the file
 * (AES-256-GCM): it cannot be guessed or changed, it needs no memory, and it survives a restart.
 */
export class FileLinkServer implements FileLinks {
    readonly #media: MediaRepository;
    readonly #options: FileLinkOptions;
    readonly #clock: Clock;
    readonly #key: Buffer;
    #downloads = 0;

    constructor(media: MediaRepository, options: FileLinkOptions, clock: Clock) {
        this.#media = media;
        this.#options = options;
        this.#clock = clock;
        this.#key = Buffer.from(hkdfSync("sha256", options.secret, "", "file links", 32));
    }

    linkTo(messageId: string, { uri, name, mediaType }: MessageFile, acceptedAt: number): FileLink {
        const { publicUrl, validMs } = this.#options;
        const until = acceptedAt + validMs;
        const linked: Linked = { mxc: uri, name: name.slice(0, 200), mediaType: mediaType.slice(0, 100), until };
        const token = this.#seal(JSON.stringify(linked), `${messageId} ${uri} ${acceptedAt}`);
        const safeName = encodeURIComponent(linked.name.replace(/[^\p{L}\p{N}._-]+/gu, "_").slice(-60));
        return { url: `${publicUrl}/${FILES_PATH}/${token}/${safeName}`, expiresAt: new Date(until).toISOString() };
    }

    /** Handles `GET /files/<token>/<name>`: the file as an attachment, streamed from the homeserver. */
    async serve(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
        if (request.method !== "GET" && request.method !== "HEAD") {
            end(response, 405);
            return;
        }
        const linked = this.#open(url.pathname.split("/")[2] ?? "");
        if (linked === undefined) {
            end(response, 404);
            return;
        }
        if (this.#clock.now() > linked.until) {
            end(response, 410);
            return;
        }
        if (this.#downloads >= CONCURRENT_DOWNLOADS) {
            end(response, 503);
            return;
        }
        this.#downloads += 1;
        try {
            await this.#stream(linked, request.method, response);
        } finally {
            this.#downloads -= 1;
        }
    }

    async #stream({ mxc, name, mediaType }: Linked, method: string, response: ServerResponse): Promise<void> {
        const abort = AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS);
        const body = await this.#media.download(mxc, abort);
        if (body === undefined) {
            end(response, 404);
            return;
        }
        response.writeHead(200, {
            "Content-Type": /^[\w.+-]+\/[\w.+-]+$/.test(mediaType) ? mediaType : "application/octet-stream",
            // never shown by the browser in the context of this site
            "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, percent)}`,
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Referrer-Policy": "no-referrer",
        });
        if (method === "HEAD") {
            await body.cancel();
            response.end();
            return;
        }
        await pipeline(
            Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]),
            limit(this.#options.maxBytes),
            response,
        );
    }

    /** Deterministic, so that every attempt to send a message has the same link; an IV belongs to one description only. */
    #seal(text: string, unique: string): string {
        const iv = createHmac("sha256", this.#key).update(`${unique} ${text}`).digest().subarray(0, IV_BYTES);
        const cipher = createCipheriv("aes-256-gcm", this.#key, iv);
        const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
        return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64url");
    }

    #open(token: string): Linked | undefined {
        const bytes = Buffer.from(token, "base64url");
        if (bytes.length < IV_BYTES + TAG_BYTES) return undefined;
        try {
            const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(0, IV_BYTES));
            decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
            const sealed = bytes.subarray(IV_BYTES + TAG_BYTES);
            return JSON.parse(Buffer.concat([decipher.update(sealed), decipher.final()]).toString()) as Linked;
        } catch {
            return undefined; // not one of our links
        }
    }
}

/** Breaks off a file that is larger than permitted. */
function limit(maxBytes: number): Transform {
    let bytes = 0;
    return new Transform({
        transform(chunk: Buffer, _encoding, done) {
            bytes += chunk.length;
            if (bytes > maxBytes) done(new Error("file larger than messaging.files.maxMegabytes"));
            else done(null, chunk);
        },
    });
}

function percent(character: string): string {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function end(response: ServerResponse, status: number): void {
    response.writeHead(status).end();
}
