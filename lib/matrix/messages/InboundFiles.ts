import type { MessageFile } from "../../message/MessageContent.ts";
import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { Log } from "../../ports/Log.ts";
import { fetchFile } from "./fetchFile.ts";
import type { MediaRepository } from "./MediaRepository.ts";

export interface InboundFilesOptions {
    /** Hosts that files are fetched from, lower case: those of an RCS network or of an SMS service. */
    readonly allowedHosts: ReadonlySet<string>;
    readonly maxBytes: number;
}

const MAX_NAME_CHARACTERS = 100;

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
        const name = safeName(file.name);
        if (bytes === undefined) {
            const lines = [file.text, name, /^https?:/i.test(file.uri) ? file.uri : ""];
            return { msgtype: "m.text", body: lines.filter((line) => line !== "").join("\n"), "m.mentions": {} };
        }
        const url = await this.#media.upload(ghost, bytes, file.mediaType, name);
        return {
            msgtype: msgtypeOf(file.mediaType),
            url,
            filename: name,
            body: file.text === "" ? name : file.text,
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
        if (url?.protocol !== "https:" || !allowedHosts.has(url.host.toLowerCase()) || url.username !== "")
            return undefined;
        try {
            return await fetchFile(url, maxBytes);
        } catch (error) {
            this.#log.warn("file not fetched", { host: url.host, error });
            return undefined;
        }
    }
}

/** The last part of a path, in one line: recipients save files under the name that a sender chooses. */
function safeName(name: string): string {
    const last = name.split(/[/\\]/).at(-1) ?? "";
    const safe = last.replace(/[\p{Cc}\p{Cf}<>:"|?*]+/gu, "_").replace(/^[.\s]+/, "");
    return safe === "" ? "file" : safe.slice(-MAX_NAME_CHARACTERS);
}

function msgtypeOf(mediaType: string): string {
    const [kind = ""] = mediaType.split("/");
    return ["image", "audio", "video"].includes(kind) ? `m.${kind}` : "m.file";
}
