/** The headers of a message/cpim body (RFC 3862) with what RFC 5438 adds for notifications. */
export interface CpimMessage {
    readonly from?: string;
    readonly to?: string;
    readonly dateTime?: string;
    /** `imdn.Message-ID`. */
    readonly messageId?: string;
    /** `imdn.Disposition-Notification`, in lower case. */
    readonly dispositions: ReadonlySet<string>;
}

const IMDN_NAMESPACE = "urn:ietf:params:imdn";
/** A message has few headers; a longer head is not one. */
const MAX_HEAD_CHARACTERS = 8_192;

/** Parses the headers of a message/cpim body, which end before its first blank line; undefined if they are none. */
export function parseCpim(head: string): CpimMessage | undefined {
    if (head.length > MAX_HEAD_CHARACTERS) return undefined;
    const headers = headersIn(head);
    if (headers === undefined) return undefined;
    const prefix = prefixOf(headers, IMDN_NAMESPACE);
    const imdn = (name: string): readonly string[] => headers.get(`${prefix}${name}`) ?? [];
    const optional = {
        from: headers.get("from")?.[0],
        to: headers.get("to")?.[0],
        dateTime: headers.get("datetime")?.[0],
    };
    const [messageId] = imdn("message-id");
    return {
        ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
        ...(messageId !== undefined && messageId !== "" && { messageId }),
        dispositions: new Set(
            imdn("disposition-notification").flatMap((value) =>
                value
                    .toLowerCase()
                    .split(/[\s,;]+/)
                    .filter(Boolean),
            ),
        ),
    };
}

export interface CpimDraft {
    /** SIP URIs. */
    readonly from: string;
    readonly to: string;
    /** ISO 8601 (RFC 3339). */
    readonly dateTime: string;
    readonly messageId: string;
    /** What the recipient is asked to notify of: `positive-delivery`, `negative-delivery`, `display`. */
    readonly dispositions: readonly string[];
    readonly contentType: string;
    /** Further headers of the entity. */
    readonly entityHeaders?: readonly string[];
    readonly content: string;
}

/** Writes a message/cpim body. */
export function composeCpim(draft: CpimDraft): string {
    const { from, to, dateTime, messageId, dispositions, contentType, entityHeaders = [], content } = draft;
    return [
        `From: <${oneLine(from)}>`,
        `To: <${oneLine(to)}>`,
        `DateTime: ${oneLine(dateTime)}`,
        `NS: imdn <${IMDN_NAMESPACE}>`,
        `imdn.Message-ID: ${oneLine(messageId)}`,
        ...(dispositions.length > 0 ? [`imdn.Disposition-Notification: ${dispositions.join(", ")}`] : []),
        "",
        `Content-Type: ${contentType}`,
        ...entityHeaders,
        `Content-Length: ${Buffer.byteLength(content)}`,
        "",
        content,
    ].join("\r\n");
}

/** Names in lower case. Lines that are no headers are left out; undefined if all are. */
function headersIn(head: string): ReadonlyMap<string, readonly string[]> | undefined {
    const headers = new Map<string, string[]>();
    // RFC 3862 has no folded lines, but some programs write CPIM as they write mail
    for (const line of head.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
        const [, name, value] = /^([^\s:]+)[ \t]*:\s?(.*)$/.exec(line) ?? [];
        if (name === undefined || value === undefined) continue;
        const key = name.toLowerCase();
        headers.set(key, [...(headers.get(key) ?? []), unescapeHeader(value.trim())]);
    }
    return headers.size === 0 ? undefined : headers;
}

/**
 * What the names of a namespace begin with, by its `NS` header (RFC 3862, section 3.4): a prefix and a dot, or nothing if it
 * is the default one. `imdn.` without such a header.
 */
function prefixOf(headers: ReadonlyMap<string, readonly string[]>, namespace: string): string {
    for (const value of headers.get("ns") ?? []) {
        const [, prefix = "", uri] = /^([^\s<]*)\s*<([^>]*)>/.exec(value) ?? [];
        if (uri === namespace) return prefix === "" ? "" : `${prefix.toLowerCase()}.`;
    }
    return "imdn.";
}

/** RFC 3862, section 2.3.1. */
function unescapeHeader(value: string): string {
    return value.replace(/\\(?:u([0-9a-fA-F]{4})|(["'\\]))/g, (_, hex?: string, character?: string) =>
        hex === undefined ? (character ?? "") : String.fromCharCode(Number.parseInt(hex, 16)),
    );
}

function oneLine(value: string): string {
    return value.replace(/[\r\n]+/g, " ");
}
