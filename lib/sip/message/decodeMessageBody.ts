import type { MessageContent } from "../../message/MessageContent.ts";
import { printableText } from "../../message/printableText.ts";
import type { WantedReceipt } from "../../message/vocabulary.ts";
import { decodeContentEncoding } from "./format/contentEncoding.ts";
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
          /** Several for several files. The text next to files belongs to the first one. */
          readonly contents: readonly [MessageContent, ...MessageContent[]];
          readonly cpim?: CpimRequest;
          readonly uses: readonly Format[];
      }
    | { readonly kind: "notification"; readonly imdn: Imdn; readonly uses: readonly Format[] }
    | { readonly kind: "composing"; readonly composing: Composing; readonly uses: readonly Format[] }
    /** A keep-alive, or a text of blanks: it is accepted and nothing is passed on. */
    | { readonly kind: "empty" }
    /** 415. */
    | { readonly kind: "unsupported" }
    /** 415, because of the Content-Encoding. */
    | { readonly kind: "unsupportedEncoding" }
    /** 400. */
    | { readonly kind: "malformed" };

/** The identifiers of a CPIM message, and what its sender wants to be notified of. */
export interface CpimRequest {
    readonly messageId: string;
    readonly dateTime: string;
    readonly from: string;
    readonly to: string;
    readonly receipts: readonly WantedReceipt[];
}

/** What the sender of a body has shown that it understands. */
export type Format = "cpim" | "imdn" | "composing" | "rcsFile";

/** Images without an active part (as SVG can have). */
const IMAGES = new Set(["image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/heic", "image/avif"]);
/** Names that are not registered, but used. */
const ALIASES: ReadonlyMap<string, string> = new Map([
    ["image/jpg", "image/jpeg"],
    ["image/pjpeg", "image/jpeg"],
    ["image/x-png", "image/png"],
]);

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
    readonly contentEncoding?: string | undefined;
}

/** Decodes the body of a MESSAGE (RFC 3428). Pure but for being asynchronous; never rejects. */
export async function decodeMessageBody(headers: BodyHeaders, body: string): Promise<DecodedBody> {
    if (body.trim() === "") return { kind: "empty" };
    // RFC 3261, section 20.15: a body has a type; phones that leave it out send text
    const header = headers.contentType ?? "text/plain";
    const type = parseContentType(header);
    if (type === undefined) return { kind: "malformed" };
    const isBase64 = headers.transferEncoding?.trim().toLowerCase() === "base64";
    const bytes = await decodeContentEncoding(Buffer.from(body, isBase64 ? "base64" : "utf8"), headers.contentEncoding);
    if (bytes === "unsupported") return { kind: "unsupportedEncoding" };
    if (bytes === "malformed") return { kind: "malformed" };
    const decoded = await (type.mediaType === "message/cpim" ? decodeCpim(bytes) : decodeEntity(type, header, bytes));
    // another SIP server has read an image as text
    const isDamaged = !isBase64 && body.includes("\uFFFD");
    return isDamaged && decoded.kind === "message" && decoded.contents.some(({ kind }) => kind === "file")
        ? { kind: "unsupported" }
        : decoded;
}

async function decodeCpim(bytes: Buffer): Promise<DecodedBody> {
    const { head, rest } = splitHead(bytes) ?? {};
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
        case "unsupportedEncoding":
        case "malformed":
            return inner;
    }
}

/** A part without transfer encoding is taken as it is; others, and multiparts, are decoded as MIME. */
async function decodeMime(entity: Buffer): Promise<DecodedBody> {
    const { head, rest } = splitMimeHead(entity);
    const [, header = "text/plain"] = /^content-type\s*:\s*(.*)$/im.exec(head) ?? [];
    const type = parseContentType(header);
    if (type === undefined) return { kind: "malformed" };
    const isEncoded = /^content-transfer-encoding\s*:\s*(?:base64|quoted-printable)/im.test(head);
    const isMultipart = type.mediaType.startsWith("multipart/");
    if (!isMultipart && !isEncoded) return decodeEntity(type, header, rest);
    return decodeParts(await readMimeParts(Buffer.concat([Buffer.from(`${head}\r\n\r\n`), rest])));
}

async function decodeEntity(type: ContentType, header: string, content: Buffer): Promise<DecodedBody> {
    const { mediaType, params } = type;
    if (mediaType.startsWith("multipart/")) {
        const head = Buffer.from(`Content-Type: ${header.replace(/[\r\n]+/g, " ")}\r\n\r\n`);
        return decodeParts(await readMimeParts(Buffer.concat([head, content])));
    }
    if (mediaType !== "text/plain") return decodePart({ mediaType, bytes: content, filename: params.get("name") });
    const text = decodeText(content, params.get("charset") ?? "utf-8");
    return text === undefined ? { kind: "unsupported" } : textMessage(text);
}

/** What is not text. */
function decodePart(part: MimePart): DecodedBody {
    const mediaType = ALIASES.get(part.mediaType) ?? part.mediaType;
    if (IMAGES.has(mediaType)) return part.bytes.length > 0 ? imageMessage({ ...part, mediaType }) : { kind: "empty" };
    const xml = (): string => Buffer.from(part.bytes).toString();
    switch (mediaType) {
        case IMDN_MEDIA_TYPE:
            return ofParsed(parseImdn(xml()), (imdn) => ({ kind: "notification", imdn, uses: ["imdn"] }));
        case IS_COMPOSING_MEDIA_TYPE:
            return ofParsed(parseIsComposing(xml()), (composing) => ({
                kind: "composing",
                composing,
                uses: ["composing"],
            }));
        case RCS_FILE_MEDIA_TYPE:
            return ofParsed(parseRcsFile(xml()), (file) => ({ kind: "message", contents: [file], uses: ["rcsFile"] }));
        default:
            return { kind: "unsupported" };
    }
}

/** The parts that the bridge understands; the text next to files is their caption. */
function decodeParts(parts: MimeParts | undefined): DecodedBody {
    if (parts === undefined) return { kind: "malformed" };
    const decoded = parts.others.map(decodePart);
    const notice = decoded.find(({ kind }) => kind === "notification" || kind === "composing");
    if (notice !== undefined && parts.text === undefined) return notice;
    const files = decoded.flatMap((part) => (part.kind === "message" ? part.contents : []));
    const [first, ...others] = files;
    const text = textMessage(parts.text ?? "");
    if (first === undefined) return parts.text === undefined ? { kind: "unsupported" } : text;
    const caption = text.kind === "message" && text.contents[0].kind === "text" ? text.contents[0].text : "";
    const uses = decoded.flatMap((part) => (part.kind === "message" ? part.uses : []));
    return { kind: "message", contents: [{ ...first, text: caption } as MessageContent, ...others], uses };
}

function imageMessage({ mediaType, bytes, filename }: MimePart): DecodedBody {
    const uri = `data:${mediaType};base64,${Buffer.from(bytes).toString("base64")}`;
    const name = filename ?? `image.${mediaType.slice("image/".length)}`;
    const file = { kind: "file", uri, name, mediaType, bytes: bytes.length, text: "" } as const;
    return { kind: "message", contents: [file], uses: [] };
}

function textMessage(written: string): DecodedBody {
    const text = printableText(written.replace(/[\r\n]+$/, ""));
    if (text.trim() === "") return { kind: "empty" };
    const uri = text.trim();
    const content: MessageContent = isPlace(uri) ? { kind: "location", uri, text: uri } : { kind: "text", text };
    return { kind: "message", contents: [content], uses: [] };
}

function requestIn({
    messageId,
    dateTime = "",
    from = "",
    to = "",
    dispositions,
}: CpimMessage): CpimRequest | undefined {
    if (messageId === undefined) return undefined;
    const receipts: WantedReceipt[] = [];
    if (dispositions.has("positive-delivery")) receipts.push("delivery");
    if (dispositions.has("negative-delivery")) receipts.push("failure");
    if (dispositions.has("display")) receipts.push("display");
    return { messageId, dateTime, from, to, receipts };
}

function ofParsed<Parsed>(parsed: Parsed | undefined, decoded: (parsed: Parsed) => DecodedBody): DecodedBody {
    return parsed === undefined ? { kind: "malformed" } : decoded(parsed);
}

const COORDINATE = "-?[0-9]{1,3}(?:\\.[0-9]+)?";
const GEO = new RegExp(`^geo:(${COORDINATE}),(${COORDINATE})(?:,-?[0-9]+(?:\\.[0-9]+)?)?(?:;[0-9a-z;=._-]*)?$`, "i");

/** Whether a text is a geo: URI of a place on the earth (RFC 5870). */
function isPlace(text: string): boolean {
    const [, latitude, longitude] = GEO.exec(text) ?? [];
    return Math.abs(Number(latitude)) <= 90 && Math.abs(Number(longitude)) <= 180;
}

interface Headed {
    readonly head: string;
    readonly rest: Buffer;
}

/** Divides at the first blank line. Some phones begin with the blank line that follows the headers of the SIP request. */
function splitHead(bytes: Buffer): Headed | undefined {
    // one character for each byte
    const text = bytes.toString("latin1");
    const start = /^(?:\r?\n)*/.exec(text)?.[0].length ?? 0;
    const end = /\r?\n[ \t]*\r?\n/.exec(text.slice(start));
    if (end === null) return undefined;
    const at = start + end.index;
    return { head: bytes.toString("utf8", start, at), rest: bytes.subarray(at + end[0].length) };
}

/** A head has a line of MIME. Without one, all is content: a text can have blank lines of its own. */
function splitMimeHead(bytes: Buffer): Headed {
    const isHeaded = /^(?:\r?\n)*(?:content|mime)-[a-z-]+[ \t]*:/i.test(bytes.toString("latin1"));
    if (isHeaded) return splitHead(bytes) ?? { head: bytes.toString().trim(), rest: Buffer.alloc(0) };
    // the blank line of a head without headers
    const blank = /^\r?\n/.exec(bytes.toString("latin1"))?.[0] ?? "";
    return { head: "", rest: bytes.subarray(blank.length) };
}
