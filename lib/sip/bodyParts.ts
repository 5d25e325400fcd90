import { splitValues } from "./sipHeaders.ts";

/** A body without parts: a message's own, or one part of a multipart body. */
export interface BodyPart {
    /** In lower case, without parameters. */
    readonly type: string;
    /** The word of its Content-Disposition, in lower case; undefined if there is none. */
    readonly disposition: string | undefined;
    readonly content: string;
}

/** Deeper nesting, or more parts, is no honest message. */
const MAX_DEPTH = 4;
const MAX_PARTS = 32;

/**
 * The parts of a body, in their order: the body itself unless it is a multipart one (RFC 2046, section 5.1). Of
 * alternatives all are given, the preferred one last. A multipart body that cannot be divided has no parts.
 */
export function bodyPartsOf(contentType: string, disposition: string | undefined, body: string, depth = 0): BodyPart[] {
    const [mediaType = "", ...params] = splitValues(contentType.trim(), ";");
    const type = mediaType.trim().toLowerCase();
    if (!type.startsWith("multipart/")) {
        return [{ type, disposition: disposition?.split(";")[0]?.trim().toLowerCase(), content: body }];
    }
    const boundary = params.map((param) => /^boundary\s*=\s*(?:"([^"]{1,70})"|([^"\s]{1,70}))$/i.exec(param.trim()));
    const name = boundary.map((found) => found?.[1] ?? found?.[2]).find((found) => found !== undefined);
    if (name === undefined || depth >= MAX_DEPTH) return [];
    return divided(body, name).flatMap((part) => {
        const headers = headersOf(part.head);
        const content = decoded(part.content, headers.get("content-transfer-encoding"));
        return bodyPartsOf(
            headers.get("content-type") ?? "text/plain",
            headers.get("content-disposition"),
            content,
            depth + 1,
        );
    });
}

/** A delimiter is a line of its own, which may have blanks behind it; the text before the first and after the last one is void. */
function divided(body: string, boundary: string): { readonly head: string; readonly content: string }[] {
    const lines = body.split(/\r\n|\n|\r/);
    const parts: string[][] = [];
    let current: string[] | undefined;
    for (const line of lines) {
        const delimiter = line.trimEnd();
        if (delimiter === `--${boundary}--`) break;
        if (delimiter === `--${boundary}`) {
            current = [];
            parts.push(current);
        } else {
            current?.push(line);
        }
    }
    return parts.slice(0, MAX_PARTS).map((part) => {
        const blank = part.findIndex((line) => line.trim() === "");
        const end = blank < 0 ? part.length : blank;
        return { head: part.slice(0, end).join("\r\n"), content: part.slice(end + 1).join("\r\n") };
    });
}

/** The headers of a part; a line that begins with a blank continues the one before it. */
function headersOf(head: string): ReadonlyMap<string, string> {
    const lines = head.replaceAll(/\r\n[ \t]+/g, " ").split("\r\n");
    const fields = lines.map((line) => /^([\w-]+)[ \t]*:[ \t]*(.*)$/.exec(line));
    return new Map(
        fields.flatMap((field) => (field === null ? [] : [[(field[1] ?? "").toLowerCase(), field[2] ?? ""]])),
    );
}

function decoded(content: string, encoding: string | undefined): string {
    return encoding?.trim().toLowerCase() === "base64" ? Buffer.from(content, "base64").toString("utf8") : content;
}
