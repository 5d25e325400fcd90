import type { MessageContent } from "../../message/MessageContent.ts";
import type { Receipt } from "../../message/vocabulary.ts";
import { type ContentType, parseContentType } from "./format/contentType.ts";
import { type CpimMessage, parseCpim } from "./format/cpim.ts";
import { type Imdn, IMDN_MEDIA_TYPE, parseImdn } from "./format/imdn.ts";
import { decodeText } from "./format/decodeText.ts";
import { type Composing, IS_COMPOSING_MEDIA_TYPE, parseIsComposing } from "./format/isComposing.ts";
import { type MimePart, type MimeParts, readMimeParts } from "./format/mimeParts.ts";
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

/** Images without an active part (as SVG can have). */
const IMAGES = new Set(["image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/heic", "image/avif"]);

/** The Accept of a 415 and of OPTIONS. */
export const ACCEPTED_TYPES = [
    "text/plain",
    "message/cpim",
    IMDN_MEDIA_TYPE,
    IS_COMPOSING_MEDIA_TYPE,
    "multipart/mixed",
    "multipart/alternative",
    RCS_FILE_MEDIA_TYPE,
    ...IMAGES,
].join(", ");

/** The headers of a MESSAGE that say how its body is read. */
export interface BodyHeaders {
    readonly contentType: string | undefined;
    /** The embedded SIP server hands bodies that are not UTF-8 over in base64, with this header. */
    readonly transferEncoding: string | undefined;
}

/** Decodes the body of a MESSAGE (RFC 3428). Pure but for being asynchronous; never rejects. */
export async function decodeMessageBody(headers: BodyHeaders, body: string): Promise<DecodedBody> {
    if (body.trim() === "") return { kind: "empty" };
    // RFC 3261, section 20.15: a body has a type; phones that leave it out send text
    const header = headers.contentType ?? "text/plain";
    const type = parseContentType(header);
    if (type === undefined) return { kind: "malformed" };
    const isBase64 = headers.transferEncoding?.trim().toLowerCase() === "base64";
    const bytes = Buffer.from(body, isBase64 ? "base64" : "utf8");
    const decoded = await (type.mediaType === "message/cpim" ? decodeCpim(bytes) : decodeEntity(type, header, bytes));
    // another SIP server has read an image as text
    const isDamaged = !isBase64 && body.includes("\uFFFD");
    return isDamaged && decoded.kind === "message" && decoded.content.kind === "file"
        ? { kind: "unsupported" }
        : decoded;
}

async function decodeCpim(bytes: Buffer): Promise<DecodedBody> {
    const { head, rest } = splitHead(bytes, "required") ?? {};
    const cpim = head === undefined ? undefined : parseCpim(head);
    if (cpim === undefined || rest === undefined) return { kind: "malformed" };
    const inner = await decodeMime(rest);
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
async function decodeMime(entity: Buffer): Promise<DecodedBody> {
    const { head, rest } = splitHead(entity, "optional");
    const [, header = "text/plain"] = /^content-type\s*:\s*(.*)$/im.exec(head) ?? [];
    const type = parseContentType(header);
    if (type === undefined) return { kind: "malformed" };
    const isEncoded = /^content-transfer-encoding\s*:\s*(?:base64|quoted-printable)/im.test(head);
    if (type.mediaType.startsWith("multipart/") || isEncoded) return decodeParts(await readMimeParts(entity));
    return decodeEntity(type, header, rest);
}

async function decodeEntity(type: ContentType, header: string, content: Buffer): Promise<DecodedBody> {
    const { mediaType, params } = type;
    if (mediaType.startsWith("multipart/")) {
        const head = Buffer.from(`Content-Type: ${header.replace(/[\r\n]+/g, " ")}\r\n\r\n`);
        return decodeParts(await readMimeParts(Buffer.concat([head, content])));
    }
    if (IMAGES.has(mediaType)) return imageMessage({ mediaType, bytes: content, filename: params.get("name") }, "");
    switch (mediaType) {
        case "text/plain": {
            const text = decodeText(content, params.get("charset") ?? "utf-8");
            return text === undefined ? { kind: "unsupported" } : textMessage(text);
        }
        case IMDN_MEDIA_TYPE:
            return ofParsed(parseImdn(content.toString()), (imdn) => ({ kind: "notification", imdn, uses: ["imdn"] }));
        case IS_COMPOSING_MEDIA_TYPE:
            return ofParsed(parseIsComposing(content.toString()), (composing) => ({
                kind: "composing",
                composing,
                uses: ["composing"],
            }));
        case RCS_FILE_MEDIA_TYPE:
            return ofParsed(parseRcsFile(content.toString()), (file) => ({
                kind: "message",
                content: file,
                uses: ["rcsFile"],
            }));
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
    if (image !== undefined) return imageMessage(image, parts.text ?? "");
    return parts.text === undefined ? { kind: "unsupported" } : textMessage(parts.text);
}

function imageMessage({ mediaType, bytes, filename }: MimePart, text: string): DecodedBody {
    const uri = `data:${mediaType};base64,${Buffer.from(bytes).toString("base64")}`;
    const name = filename ?? `image.${mediaType.slice("image/".length)}`;
    return { kind: "message", content: { kind: "file", uri, name, mediaType, bytes: bytes.length, text }, uses: [] };
}

function textMessage(content: string): DecodedBody {
    // control characters mean something to terminals only
    const text = content
        .replace(/\r\n?/g, "\n")
        .replace(/\n+$/, "")
        .replace(/[^\P{Cc}\t\n]/gu, "");
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

interface Headed {
    readonly head: string;
    readonly rest: Buffer;
}

/** Divides at the first blank line. Some phones begin with the blank line that follows the headers of the SIP request. */
function splitHead(bytes: Buffer, head: "optional"): Headed;
function splitHead(bytes: Buffer, head: "required"): Headed | undefined;
function splitHead(bytes: Buffer, head: "optional" | "required"): Headed | undefined {
    // one character for each byte
    const text = bytes.toString("latin1");
    const start = head === "required" ? (/^(?:\r?\n)*/.exec(text)?.[0].length ?? 0) : 0;
    const end = /^\r?\n|\r?\n\r?\n/.exec(text.slice(start));
    if (end === null) return head === "required" ? undefined : { head: "", rest: bytes };
    const at = start + end.index;
    return { head: bytes.toString("utf8", start, at), rest: bytes.subarray(at + end[0].length) };
}
