import PostalMime, { type Attachment } from "postal-mime";

/** A part of a MIME entity that is not itself a multipart. */
export interface MimePart {
    /** In lower case. */
    readonly mediaType: string;
    /** Decoded from its transfer encoding. */
    readonly bytes: Uint8Array;
    readonly filename: string | undefined;
}

/** The text parts of an entity as one text, and all others. */
export interface MimeParts {
    readonly text: string | undefined;
    readonly others: readonly MimePart[];
}

/** More parts than a phone sends; further ones are ignored. */
const MAX_PARTS = 20;

/**
 * Divides a MIME entity (RFC 2045, RFC 2046) into its parts. `entity` begins with its headers. Undefined for what cannot be
 * parsed. The only import of postal-mime.
 */
export async function readMimeParts(entity: Uint8Array): Promise<MimeParts | undefined> {
    try {
        const email = await PostalMime.parse(entity, {
            attachmentEncoding: "arraybuffer",
            maxNestingDepth: 5,
            maxHeadersSize: 16_384,
        });
        return {
            text: withoutLastLineEnd(email.text),
            others: email.attachments.slice(0, MAX_PARTS).map(partOf),
        };
    } catch {
        return undefined;
    }
}

function partOf({ mimeType, content, filename }: Attachment): MimePart {
    const bytes = typeof content === "string" ? Buffer.from(content) : new Uint8Array(content as ArrayBuffer);
    return { mediaType: mimeType.toLowerCase(), bytes, filename: filename ?? undefined };
}

/** The library ends every text with a line end. */
function withoutLastLineEnd(text: string | undefined): string | undefined {
    return text?.replace(/\r?\n$/, "");
}
