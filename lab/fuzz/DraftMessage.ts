/** One header line, before it is written. */
export type DraftHeader = readonly [name: string, value: string];

/** A message of a scripted peer, in parts that can be replaced, also by what the grammar forbids. */
export interface DraftMessage {
    readonly startLine: string;
    readonly headers: readonly DraftHeader[];
    readonly body: string;
    /** What ends each line; default CRLF. */
    readonly lineEnd?: string;
    /** Encoding of the whole message; default UTF-8. */
    readonly encoding?: "utf8" | "latin1";
}

/** The message as bytes. Content-Length is added, unless there is one. */
export function writeDraft({ startLine, headers, body, lineEnd = "\r\n", encoding = "utf8" }: DraftMessage): Buffer {
    const hasLength = headers.some(([name]) => ["content-length", "l"].includes(name.trim().toLowerCase()));
    const length = String(Buffer.byteLength(body, encoding));
    const all = hasLength ? headers : [...headers, ["Content-Length", length] as const];
    const lines = [startLine, ...all.map(([name, value]) => `${name}: ${value}`)];
    return Buffer.from(`${lines.join(lineEnd)}${lineEnd}${lineEnd}${body}`, encoding);
}

/** The draft with another value of each header of that name. */
export function replaceHeader(draft: DraftMessage, name: string, change: (value: string) => string): DraftMessage {
    const headers = draft.headers.map((header): DraftHeader => {
        return header[0] === name ? [name, change(header[1])] : header;
    });
    return { ...draft, headers };
}

/** The draft with one more header line, behind all others. */
export function addHeader(draft: DraftMessage, name: string, value: string): DraftMessage {
    return { ...draft, headers: [...draft.headers, [name, value]] };
}
