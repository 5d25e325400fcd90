import type { MessageFile } from "../../../message/MessageContent.ts";
import { parseContentType } from "./contentType.ts";
import { childOf, escapeXml, parseXml } from "./xmlDocument.ts";

export const RCS_FILE_MEDIA_TYPE = "application/vnd.gsma.rcs-ft-http+xml";

/** Other URIs in such a description name no file of an RCS network. */
const WEB = new Set(["https:", "http:"]);

/** Parses a description of a file to fetch over HTTPS (GSMA RCC.07, section 3.2.5.2.1); undefined if it names none. */
export function parseRcsFile(body: string): MessageFile | undefined {
    const root = parseXml(body);
    const info = root?.children.find(({ name, attributes }) => name === "file-info" && attributes["type"] === "file");
    const uri = childOf(info, "data")?.attributes["url"];
    const protocol = uri === undefined ? undefined : URL.parse(uri)?.protocol;
    if (root?.name !== "file" || uri === undefined || !WEB.has(protocol ?? "")) return undefined;
    const mediaType = parseContentType(childOf(info, "content-type")?.text ?? "")?.mediaType;
    const bytes = Number.parseInt(childOf(info, "file-size")?.text ?? "", 10);
    return {
        kind: "file",
        uri,
        name: childOf(info, "file-name")?.text ?? "file",
        mediaType: mediaType ?? "application/octet-stream",
        ...(bytes >= 0 && { bytes }),
        text: "",
    };
}

/** Writes such a description. `until`: ISO 8601, when the link expires. */
export function composeRcsFile({ name, mediaType, bytes }: MessageFile, link: string, until: string): string {
    return [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<file xmlns="urn:gsma:params:xml:ns:rcs:rcs:fthttp"><file-info type="file">',
        `<file-size>${bytes ?? 0}</file-size>`,
        `<file-name>${escapeXml(name)}</file-name>`,
        `<content-type>${escapeXml(mediaType)}</content-type>`,
        `<data url="${escapeXml(link)}" until="${escapeXml(until)}"/>`,
        "</file-info></file>",
    ].join("\r\n");
}
