/** A Content-Type (RFC 3261, section 20.15; RFC 2045, section 5.1). */
export interface ContentType {
    /** In lower case, such as `text/plain`. */
    readonly mediaType: string;
    /** Names in lower case, values without quotes. */
    readonly params: ReadonlyMap<string, string>;
}

const TYPE = /^\s*([0-9a-z!#$%&'*+.^_`{|}~-]+)\s*\/\s*([0-9a-z!#$%&'*+.^_`{|}~-]+)\s*/i;
const PARAM = /;\s*([0-9a-z!#$%&'*+.^_`{|}~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))\s*/gi;

/** Parses a Content-Type; undefined if it is none. */
export function parseContentType(text: string): ContentType | undefined {
    const [, type, subtype] = TYPE.exec(text) ?? [];
    if (type === undefined || subtype === undefined) return undefined;
    const params = new Map<string, string>();
    for (const [, name = "", quoted, token = ""] of text.matchAll(PARAM)) {
        params.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, "$1") ?? token);
    }
    return { mediaType: `${type}/${subtype}`.toLowerCase(), params };
}
