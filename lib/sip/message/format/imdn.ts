import { childOf, escapeXml, parseXml } from "./xmlDocument.ts";

/** An instant message disposition notification (RFC 5438). */
export interface Imdn {
    /** The message it is about. */
    readonly messageId: string;
    readonly news: "delivered" | "displayed" | "failed" | "forbidden" | "processed" | "error" | "other";
}

export const IMDN_MEDIA_TYPE = "message/imdn+xml";

/** The strongest first: a message that was displayed has been delivered. */
const NOTIFICATIONS = ["display-notification", "delivery-notification", "processing-notification"] as const;
/** The statuses of RFC 5438, section 7.2.1. */
const NEWS: Readonly<Record<string, Imdn["news"]>> = {
    delivered: "delivered",
    displayed: "displayed",
    failed: "failed",
    forbidden: "forbidden",
    error: "error",
    processed: "processed",
    stored: "processed",
};

/** Parses a message/imdn+xml body; undefined if it is none. `other`: a status that RFC 5438 does not define. */
export function parseImdn(body: string): Imdn | undefined {
    const imdn = parseXml(body);
    const messageId = childOf(imdn, "message-id")?.text ?? "";
    if (imdn?.name !== "imdn" || messageId === "") return undefined;
    for (const name of NOTIFICATIONS) {
        const status = childOf(childOf(imdn, name), "status")?.children[0]?.name.toLowerCase() ?? "";
        if (Object.hasOwn(NEWS, status)) return { messageId, news: NEWS[status] ?? "other" };
    }
    return { messageId, news: "other" };
}

/** Writes a message/imdn+xml body. `dateTime`: that of the message it is about (RFC 5438, section 7.2.1.1). */
export function composeImdn(messageId: string, dateTime: string, news: "delivered" | "displayed" | "failed"): string {
    const notification = news === "displayed" ? "display-notification" : "delivery-notification";
    return [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<imdn xmlns="urn:ietf:params:xml:ns:imdn">',
        `<message-id>${escapeXml(messageId)}</message-id>`,
        `<datetime>${escapeXml(dateTime)}</datetime>`,
        `<${notification}><status><${news}/></status></${notification}>`,
        "</imdn>",
    ].join("\r\n");
}
