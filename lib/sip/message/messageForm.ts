import type { Message } from "../../message/Message.ts";
import type { MessageContent } from "../../message/MessageContent.ts";
import { splitText } from "../../message/splitText.ts";
import type { FileLink } from "../../ports/FileLinks.ts";
import { composeCpim } from "./format/cpim.ts";
import { composeRcsFile, RCS_FILE_MEDIA_TYPE } from "./format/rcsFileTransfer.ts";

/** A body with its type. */
export interface MessageBody {
    readonly contentType: string;
    readonly content: string;
}

/** What a peer understands and how much of it fits into one request. */
export interface FormOptions {
    readonly cpim: "plain" | "cpim" | "cpimWithReceipts";
    readonly rcsFiles: "link" | "rcsFile";
    /** Bytes of text that one request carries. */
    readonly maxTextBytes: number;
    /** URIs of sender and recipient, for CPIM. */
    readonly from: string;
    readonly to: string;
    readonly reference: string;
}

const TEXT = "text/plain;charset=UTF-8";

/** The bodies of the requests that carry a message, in order. The same options always give the same bodies. Pure. */
export function messageBodies(
    message: Message,
    link: FileLink | undefined,
    options: FormOptions,
): readonly MessageBody[] {
    const { content } = message;
    if (content.kind === "file" && link !== undefined && options.rcsFiles === "rcsFile") {
        const description = composeRcsFile(content, link.url, link.expiresAt);
        return [wrapped({ contentType: RCS_FILE_MEDIA_TYPE, content: description }, message, options, "last")];
    }
    const parts = splitText(textOf(content, link), options.maxTextBytes);
    return parts.map((part, index) => {
        const place = index === parts.length - 1 ? "last" : `${index + 1}`;
        return wrapped({ contentType: TEXT, content: part.replaceAll("\n", "\r\n") }, message, options, place);
    });
}

/** What a text message shows of a content. */
function textOf(content: MessageContent, link: FileLink | undefined): string {
    switch (content.kind) {
        case "text":
        case "notice":
            return content.text;
        case "location":
            return content.text.includes(content.uri) ? content.text : `${content.text}\n${content.uri}`.trim();
        case "file":
            return [content.text, content.name, link?.url ?? ""].filter((line) => line !== "").join("\n");
        case "dropped":
            return "";
    }
}

/** Only the last part asks for receipts: the message has arrived when that has. @param part its number, or `last` */
function wrapped(body: MessageBody, { acceptedAt }: Message, options: FormOptions, part: string): MessageBody {
    if (options.cpim === "plain") return body;
    const { from, to, reference } = options;
    const asks = options.cpim === "cpimWithReceipts" && part === "last";
    return {
        contentType: "message/cpim",
        content: composeCpim({
            from,
            to,
            dateTime: new Date(acceptedAt).toISOString(),
            messageId: part === "last" ? reference : `${reference}-${part}`,
            dispositions: asks ? ["positive-delivery", "negative-delivery", "display"] : [],
            contentType: body.contentType,
            content: body.content,
        }),
    };
}
