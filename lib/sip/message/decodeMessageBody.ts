import type { MessageContent } from "../../message/MessageContent.ts";
import type { Receipt } from "../../message/vocabulary.ts";
import { type ContentType, parseContentType } from "./format/contentType.ts";
import { type CpimMessage, parseCpim } from "./format/cpim.ts";
import { type Imdn, IMDN_MEDIA_TYPE, parseImdn } from "./format/imdn.ts";
import { type Composing, IS_COMPOSING_MEDIA_TYPE, parseIsComposing } from "./format/isComposing.ts";
import { type MimeParts, readMimeParts } from "./format/mimeParts.ts";
import { parseRcsFile, RCS_FILE_MEDIA_TYPE } from "./format/rcsFileTransfer.ts";

/** What a MESSAGE says. */
export type DecodedBody =
    | {
          readonly kind: "message";
          readonly content: MessageContent;
          readonly cpim?: CpimRequest;
          readonly uses: readonly Format[];
      }
    | { readonly kind: "notification"; readonly imdn: Imdn; readonly uses: readonly Format[] }
    | { readonly kind: "composing"; readonly composing: Composing; readonly uses: readonly Format[] }
    /** A keep-alive, or a text of blanks: it is accepted and nothing is passed on. */
    | { readonly kind: "empty" }
    /** 415. */
    | { readonly kind: "unsupported" }
    /** 400. */
    | { readonly kind: "malformed" };

/** The identifiers of a CPIM message, and what its sender wants to be notified of. */
export interface CpimRequest {
    readonly messageId: string;
    readonly dateTime: string;
    readonly from: string;
    readonly to: string;
    readonly receipts: readonly Receipt[];
}

/** What the sender of a body has shown that it understands. */
export type Format = "cpim" | "imdn" | "composing" | "rcsFile";

/** The Accept of a 415 and of OPTIONS: images are accepted in base64 within multipart and CPIM bodies. */
export const ACCEPTED_TYPES = [
    "text/plain",
    "message/cpim",
    IMDN_MEDIA_TYPE,
    IS_COMPOSING_MEDIA_TYPE,
    "multipart/mixed",
    "multipart/alternative",
    RCS_FILE_MEDIA_TYPE,
].join(", ");

/** The SIP stack reads bodies as UTF-8, of which ASCII is a part. */
const CHARSETS = new Set(["utf-8", "utf8", "us-ascii"]);
/** Images without an active part (as SVG can have). */
const IMAGES = new Set(["image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/heic", "image/avif"]);

/** Decodes the body of a MESSAGE (RFC 3428). Pure but for being asynchronous; never rejects. */
export async function decodeMessageBody(contentTypeHeader: string | undefined, body: string): Promise<DecodedBody> {
    if (body.trim() === "") return { kind: "empty" };
    // RFC 3261, section 20.15: a body has a type; phones that leave it out send text
    const type = parseContentType(contentTypeHeader ?? "text/plain");
    if (type === undefined) return { kind: "malformed" };
    if (type.mediaType === "message/cpim") return decodeCpim(body);
    return decodeEntity(type, contentTypeHeader ?? "text/plain", body);
}

async function decodeCpim(body: string): Promise<DecodedBody> {
    const cpim = parseCpim(body);
    if (cpim === undefined) return { kind: "malformed" };
    const [, header = "text/plain"] = /^content-type\s*:\s*(.*)$/im.exec(headOf(cpim.entity)) ?? [];
    const type = parseContentType(header);
    if (type === undefined) return { kind: "malformed" };
    const inner = await decodeMime(type, cpim.entity);
    switch (inner.kind) {
        case "message": {
            const request = requestIn(cpim);
            return {
                ...inner,
                ...(request !== undefined && { cpim: request }),
                uses: ["cpim", ...inner.uses, ...(cpim.dispositions.size > 0 ? (["imdn"] as const) : [])],
            };
        }
        case "notification":
        case "composing":
            return { ...inner, uses: ["cpim", ...inner.uses] };
        case "empty":
        case "unsupported":
        case "malformed":
            return inner;
    }
}

/** A part without transfer encoding is taken as it is; others, and multiparts, are decoded as MIME. */
async function decodeMime(type: ContentType, entity: string): Promise<DecodedBody> {
    const head = headOf(entity);
    const isEncoded = /^content-transfer-encoding\s*:\s*(?:base64|quoted-printable)/im.test(head);
    if (type.mediaType.startsWith("multipart/") || isEncoded) return decodeParts(await readMimeParts(entity));
    const [, header = "text/plain"] = /^content-type\s*:\s*(.*)$/im.exec(head) ?? [];
    return decodeEntity(type, header, entity.slice(head.length).replace(/^(?:\r?\n){1,2}/, ""));
}

async function decodeEntity(type: ContentType, header: string, content: string): Promise<DecodedBody> {
    const { mediaType, params } = type;
    if (mediaType.startsWith("multipart/")) {
        return decodeParts(await readMimeParts(`Content-Type: ${header.replace(/[\r\n]+/g, " ")}\r\n\r\n${content}`));
    }
    switch (mediaType) {
        case "text/plain": {
            const charset = params.get("charset")?.toLowerCase() ?? "utf-8";
            return CHARSETS.has(charset) ? textMessage(content) : { kind: "unsupported" };
        }
        case IMDN_MEDIA_TYPE:
            return ofParsed(parseImdn(content), (imdn) => ({ kind: "notification", imdn, uses: ["imdn"] }));
        case IS_COMPOSING_MEDIA_TYPE:
            return ofParsed(parseIsComposing(content), (composing) => ({
                kind: "composing",
                composing,
                uses: ["composing"],
            }));
        case RCS_FILE_MEDIA_TYPE:
            return ofParsed(parseRcsFile(content), (file) => ({ kind: "message", content: file, uses: ["rcsFile"] }));
        default:
            return { kind: "unsupported" };
    }
}

/** The first part the bridge understands is the message; the text next to an image is its caption. */
function decodeParts(parts: MimeParts | undefined): DecodedBody {
    if (parts === undefined) return { kind: "malformed" };
    for (const { mediaType, bytes } of parts.others) {
        if (mediaType !== IMDN_MEDIA_TYPE) continue;
        return ofParsed(parseImdn(Buffer.from(bytes).toString()), (imdn) => ({
            kind: "notification",
            imdn,
            uses: ["imdn"],
        }));
    }
    const image = parts.others.find(({ mediaType, bytes }) => IMAGES.has(mediaType) && bytes.length > 0);
    const text = parts.text ?? "";
    if (image !== undefined) {
        const uri = `data:${image.mediaType};base64,${Buffer.from(image.bytes).toString("base64")}`;
        const name = image.filename ?? `image.${image.mediaType.slice("image/".length)}`;
        const { mediaType, bytes } = image;
        return {
            kind: "message",
            content: { kind: "file", uri, name, mediaType, bytes: bytes.length, text },
            uses: [],
        };
    }
    return parts.text === undefined ? { kind: "unsupported" } : textMessage(parts.text);
}

function textMessage(content: string): DecodedBody {
    const text = content.replace(/\r\n?/g, "\n").replace(/\n+$/, "").replaceAll("\0", "");
    if (text.trim() === "") return { kind: "empty" };
    const geo = /^geo:-?[0-9.]+,-?[0-9.]+(?:,-?[0-9.]+)?(?:;[0-9a-z;=.-]*)?$/i.exec(text.trim());
    if (geo !== null) return { kind: "message", content: { kind: "location", uri: geo[0], text: geo[0] }, uses: [] };
    return { kind: "message", content: { kind: "text", text }, uses: [] };
}

function requestIn({
    messageId,
    dateTime = "",
    from = "",
    to = "",
    dispositions,
}: CpimMessage): CpimRequest | undefined {
    if (messageId === undefined) return undefined;
    const receipts: Receipt[] = [];
    if (dispositions.has("positive-delivery")) receipts.push("delivery");
    if (dispositions.has("display")) receipts.push("display");
    return { messageId, dateTime, from, to, receipts };
}

function ofParsed<Parsed>(parsed: Parsed | undefined, decoded: (parsed: Parsed) => DecodedBody): DecodedBody {
    return parsed === undefined ? { kind: "malformed" } : decoded(parsed);
}

function headOf(entity: string): string {
    const end = /\r?\n\r?\n/.exec(entity);
    return end === null ? "" : entity.slice(0, end.index);
}
