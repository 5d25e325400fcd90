/**
 * rtpengine's control protocol "ng": one datagram each way, a cookie, a space, a dictionary. The dictionary may be
 * bencoded or JSON, and the reply comes in the format of the request; JSON is understood by every version from 10.5 on
 * and needs no library.
 */

export type NgValue = string | number | readonly NgValue[] | { readonly [key: string]: NgValue };
export type NgDictionary = Readonly<Record<string, NgValue>>;

export type NgCommand =
    | "ping"
    | "offer"
    | "answer"
    | "delete"
    | "query"
    | "list"
    | "block media"
    | "unblock media"
    | "play media"
    | "stop media"
    | "play DTMF"
    | "block DTMF"
    | "unblock DTMF";

export type NgReply =
    | { readonly kind: "ok"; readonly body: Readonly<Record<string, unknown>> }
    | { readonly kind: "error"; readonly reason: string }
    /** The engine takes no new call now. */
    | { readonly kind: "loadLimit" };

/** A request as it goes on the wire. `cookie` must hold no space. */
export function encodeNgRequest(cookie: string, command: NgCommand, dictionary: NgDictionary): Buffer {
    return Buffer.from(`${cookie} ${JSON.stringify({ command, ...dictionary })}`);
}

/** A reply and the cookie of the request it answers; undefined for anything else that comes in. Never throws. */
export function decodeNgReply(datagram: Uint8Array): { readonly cookie: string; readonly reply: NgReply } | undefined {
    const text = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength).toString();
    const space = text.indexOf(" ");
    if (space <= 0) return undefined;
    const body = parseObject(text.slice(space + 1));
    const reply = body === undefined ? undefined : replyOf(body);
    return reply === undefined ? undefined : { cookie: text.slice(0, space), reply };
}

function replyOf(body: Readonly<Record<string, unknown>>): NgReply | undefined {
    switch (body["result"]) {
        case "ok":
        case "pong":
            return { kind: "ok", body };
        case "load limit":
            return { kind: "loadLimit" };
        case "error":
            return { kind: "error", reason: stringOr(body["error-reason"], "no reason given") };
        default:
            return undefined;
    }
}

/** Reads a JSON object; undefined for every other text. Never throws. */
export function parseObject(json: string): Readonly<Record<string, unknown>> | undefined {
    try {
        const value: unknown = JSON.parse(json);
        return isDictionary(value) ? value : undefined;
    } catch {
        return undefined;
    }
}

function stringOr(value: unknown, fallback: string): string {
    return typeof value === "string" ? value : fallback;
}

/** For reading replies: a JSON object, not an array. */
export function isDictionary(value: unknown): value is Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
