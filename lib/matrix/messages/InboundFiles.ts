import type { MessageFile } from "../../message/MessageContent.ts";
import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { Log } from "../../ports/Log.ts";
import type { MediaRepository } from "./MediaRepository.ts";

export interface InboundFilesOptions {
    /** Hosts that files are fetched from, lower case: those of an RCS network or of an SMS service. */
    readonly allowedHosts: ReadonlySet<string>;
    readonly maxBytes: number;
}

const FETCH_TIMEOUT_MS = 30_000;

/** Puts files of the SIP side into Matrix. */
export class InboundFiles {
    readonly #media: MediaRepository;
    readonly #options: InboundFilesOptions;
    readonly #log: Log;

    constructor(media: MediaRepository, options: InboundFilesOptions, log: Log) {
        this.#media = media;
        this.#options = options;
        this.#log = log;
    }

    /**
     * The content of the event that shows a file. One from another host than an allowed one, too large or not there is shown as
     * a text with its name and address. @throws HomeserverError if the homeserver does not accept the upload
     */
    async contentOf(file: MessageFile, ghost: MatrixUserId): Promise<Readonly<Record<string, unknown>>> {
        const bytes = await this.#bytesOf(file);
        if (bytes === undefined) {
            const lines = [file.text, file.name, file.uri.startsWith("https:") ? file.uri : ""];
            return { msgtype: "m.text", body: lines.filter((line) => line !== "").join("\n"), "m.mentions": {} };
        }
        const url = await this.#media.upload(ghost, bytes, file.mediaType, file.name);
        return {
            msgtype: msgtypeOf(file.mediaType),
            url,
            filename: file.name,
            body: file.text === "" ? file.name : file.text,
            info: { mimetype: file.mediaType, size: bytes.length },
        };
    }

    async #bytesOf({ uri }: MessageFile): Promise<Uint8Array | undefined> {
        const { allowedHosts, maxBytes } = this.#options;
        if (uri.startsWith("data:")) {
            const bytes = Buffer.from(uri.slice(uri.indexOf(",") + 1), "base64");
            return bytes.length <= maxBytes ? bytes : undefined;
        }
        const url = URL.canParse(uri) ? new URL(uri) : undefined;
        if (url?.protocol !== "https:" || !allowedHosts.has(url.host.toLowerCase())) return undefined;
        try {
            // a redirect could lead to a host that is not allowed
            const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
            return response.ok ? await readAtMost(response, maxBytes) : undefined;
        } catch (error) {
            this.#log.warn("file not fetched", { host: url.host, error });
            return undefined;
        }
    }
}

/** The whole body; undefined if it is larger, whatever its headers say. */
async function readAtMost({ body }: Response, maxBytes: number): Promise<Uint8Array | undefined> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
        if (bytes > maxBytes) return undefined;
        chunks.push(chunk);
    }
    return Buffer.concat(chunks);
}

function msgtypeOf(mediaType: string): string {
    const [kind = ""] = mediaType.split("/");
    return ["image", "audio", "video"].includes(kind) ? `m.${kind}` : "m.file";
}
