import { z } from "zod";
import type { MessageContent } from "../../message/MessageContent.ts";
import { printableText } from "../../message/printableText.ts";
import { htmlToText } from "./htmlToText.ts";

/** What a message event says, before an event it refers to is looked up. */
export type RenderedEvent =
    | {
          readonly kind: "message";
          readonly content: Exclude<MessageContent, { kind: "dropped" }>;
          /** Event to quote in front of the text. */
          readonly inReplyTo?: string;
      }
    /** A file that the bridge cannot read. */
    | { readonly kind: "unreadable" }
    /** A kind of message that is not sent to the SIP side. */
    | { readonly kind: "ignored"; readonly detail: string };

export interface RenderOptions {
    /** Whether notices, which are written by programs, are sent. */
    readonly notices: boolean;
    /** Name of the sender, for emotes. */
    readonly sender: string;
}

const relation = z.object({
    rel_type: z.string().optional(),
    "m.in_reply_to": z
        .object({ event_id: z.string().min(1).max(255) })
        .optional()
        .catch(undefined),
});
const schema = z.object({
    msgtype: z.string(),
    body: z.string(),
    format: z.string().optional().catch(undefined),
    formatted_body: z.string().optional().catch(undefined),
    url: z.string().optional().catch(undefined),
    filename: z.string().optional().catch(undefined),
    geo_uri: z.string().optional().catch(undefined),
    info: z
        .object({ mimetype: z.string().optional().catch(undefined), size: z.number().optional().catch(undefined) })
        .optional()
        .catch(undefined),
    "m.relates_to": relation.optional().catch(undefined),
    "m.new_content": z.record(z.string(), z.unknown()).optional().catch(undefined),
});
const reaction = z.object({
    "m.relates_to": z.object({
        rel_type: z.literal("m.annotation"),
        event_id: z.string(),
        key: z.string().min(1).max(100),
    }),
});

type Content = z.infer<typeof schema>;
const MXC = /^mxc:\/\/[^/\s]+\/[A-Za-z0-9_-]+$/;

/**
 * Renders the content of `m.room.message` for a text message (client-server API, "m.room.message msgtypes"). Replies and
 * edits follow the conventions of text messages. Undefined if the content is not valid. Pure.
 */
export function renderMessage(
    raw: Readonly<Record<string, unknown>>,
    options: RenderOptions,
): RenderedEvent | undefined {
    const content = schema.safeParse(raw).data;
    if (content === undefined) return undefined;
    const relates = content["m.relates_to"];
    if (relates?.rel_type === "m.replace") return renderEdit(content, options);
    const isReply = relates?.["m.in_reply_to"] !== undefined;
    const rendered = renderContent(content, isReply, options);
    const inReplyTo = relates?.rel_type === "m.thread" ? undefined : relates?.["m.in_reply_to"]?.event_id;
    if (rendered.kind !== "message" || inReplyTo === undefined) return rendered;
    return { ...rendered, inReplyTo };
}

/** The text of an event that is quoted in a reply; undefined if it has none. */
export function quotableText(raw: Readonly<Record<string, unknown>>): string | undefined {
    const content = schema.safeParse(raw).data;
    if (content === undefined) return undefined;
    const text = plainText(content, content["m.relates_to"]?.["m.in_reply_to"] !== undefined);
    return text === "" ? undefined : text;
}

/** A reaction as text, in front of what it is about. Undefined if the content is not valid. */
export function renderReaction(
    raw: Readonly<Record<string, unknown>>,
): { readonly key: string; readonly eventId: string } | undefined {
    const relates = reaction.safeParse(raw).data?.["m.relates_to"];
    return relates && { key: relates.key, eventId: relates.event_id };
}

/** Longest quotation, in characters. */
const MAX_QUOTE = 80;

/** The first line of a text, shortened, as it is quoted. */
export function quoted(text: string): string {
    const [first = ""] = text.split("\n");
    const characters = Array.from(first.trim());
    return characters.length <= MAX_QUOTE
        ? first.trim()
        : `${characters
              .slice(0, MAX_QUOTE - 1)
              .join("")
              .trimEnd()}…`;
}

/** `* corrected text`: the edit carries the whole new text. */
function renderEdit(content: Content, options: RenderOptions): RenderedEvent | undefined {
    const replacement = schema.safeParse(content["m.new_content"]).data;
    if (replacement === undefined) return undefined;
    const rendered = renderContent(replacement, true, options);
    if (rendered.kind !== "message") return rendered;
    if (rendered.content.kind !== "text") return { kind: "ignored", detail: "edit of a file" };
    return { kind: "message", content: { kind: "text", text: `* ${rendered.content.text}` } };
}

function renderContent(content: Content, isReply: boolean, options: RenderOptions): RenderedEvent {
    const text = plainText(content, isReply);
    switch (content.msgtype) {
        case "m.notice":
            if (!options.notices) return { kind: "ignored", detail: "notice" };
            return textMessage(text);
        case "m.emote":
            return textMessage(`* ${options.sender} ${text}`);
        case "m.image":
        case "m.file":
        case "m.audio":
        case "m.video":
            return fileMessage(content);
        case "m.location":
            if (!/^geo:/i.test(content.geo_uri ?? "")) return textMessage(text);
            return { kind: "message", content: { kind: "location", uri: content.geo_uri ?? "", text } };
        case "m.server_notice":
        case "m.key.verification.request":
            return { kind: "ignored", detail: content.msgtype };
        default:
            // clients add kinds of messages, each with a text for those who do not know it
            return textMessage(text);
    }
}

function textMessage(text: string): RenderedEvent {
    return text === "" ? { kind: "ignored", detail: "empty" } : { kind: "message", content: { kind: "text", text } };
}

/** An encrypted file has no `url`: the bridge has no keys to share. */
function fileMessage({ url = "", body, filename, info }: Content): RenderedEvent {
    if (!MXC.test(url)) return { kind: "unreadable" };
    const name = filename ?? body;
    return {
        kind: "message",
        content: {
            kind: "file",
            uri: url,
            name,
            mediaType: info?.mimetype ?? "application/octet-stream",
            ...(info?.size !== undefined && info.size >= 0 && { bytes: Math.round(info.size) }),
            text: filename !== undefined && body !== filename ? body.trim() : "",
        },
    };
}

function plainText({ body, format, formatted_body }: Content, isReply: boolean): string {
    const isFormatted = format === "org.matrix.custom.html" && formatted_body !== undefined;
    const formatted = isFormatted ? htmlToText(formatted_body) : "";
    return printableText(formatted !== "" ? formatted : isReply ? withoutFallback(body) : body).trim();
}

/** Clients of before Matrix 1.13 repeat what they reply to, in lines that begin with `> `. */
function withoutFallback(body: string): string {
    return /^> (?:\* )?<@/.test(body) ? body.replace(/^(?:>.*(?:\n|$))+\n?/, "") : body;
}
