import { type HeaderFields, type OutgoingRequest, SipSendError, type SipHeaders, type SipSource } from "../SipStack.ts";
import type { SrfAddress } from "./srfShapes.ts";

/** drachtio-server's reader overwrites its own head beyond 12,228 bytes: some room is left for what it adds. */
const MAX_MESSAGE_BYTES = 12_000;

/** drachtio-srf reports errors of requests as `Error`s with a code, and those of responses as strings. */
export function sendError(reason: unknown): SipSendError {
    if (typeof reason === "string") return new SipSendError("refused", reason);
    if (!(reason instanceof Error)) return new SipSendError("refused", "the SIP server refused without a reason");
    const code: unknown = "code" in reason ? reason.code : undefined;
    if (code === "ENODIALOG") return new SipSendError("noDialog", reason.message, { cause: reason });
    if (code === "EDRACHTIO") return new SipSendError("refused", reason.message, { cause: reason });
    return new SipSendError("disconnected", reason.message, { cause: reason });
}

/** The next hop, with the response timeout for the embedded SIP server (its drachtio/responseTimeout.ts). */
export function proxyOf({ uri, nextHop = uri, answerMs }: OutgoingRequest): { readonly proxy?: string } {
    if (nextHop === undefined || (nextHop === uri && answerMs === undefined)) return {};
    const [address = "", headers] = oneLine(nextHop).split("?", 2);
    const timeout = answerMs === undefined ? "" : `;answer-within=${answerMs}`;
    return { proxy: `${address}${timeout}${headers === undefined ? "" : `?${headers}`}` };
}

/** A value holding a line end would become a header of its own on the wire. */
export function oneLine(value: string): string {
    return value.replace(/[\r\n\0]+/g, " ");
}

export function clean(headers: HeaderFields): Record<string, string> {
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, oneLine(value)]));
}

/** drachtio-srf has one value a name; it writes that as it is, so that a line end in it begins a further header line. */
export function joinLines(lines: readonly (readonly [name: string, value: string])[]): Record<string, string> {
    const joined: Record<string, string> = {};
    for (const [name, value] of lines) {
        const before = joined[name];
        joined[name] = before === undefined ? oneLine(value) : `${before}\r\n${name}: ${oneLine(value)}`;
    }
    return joined;
}

export function refuseIfTooLarge(uri: string | undefined, headers: HeaderFields, body: string | undefined): void {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const bytes = Buffer.byteLength(`${uri ?? ""}${lines.join("")}${body ?? ""}`);
    if (bytes > MAX_MESSAGE_BYTES) throw new SipSendError("tooLarge", `message of ${bytes} bytes`);
}

export function headersOf(headers: Readonly<Record<string, string>>): SipHeaders {
    const result = new Map<string, string>();
    for (const [name, value] of Object.entries(headers)) {
        const key = name.toLowerCase();
        const before = result.get(key);
        result.set(key, before === undefined ? value : `${before},${value}`);
    }
    return result;
}

export function dialogOf(dialogId: string | undefined): { readonly dialogId?: string } {
    return dialogId === undefined || dialogId === "" ? {} : { dialogId: detached(dialogId) };
}

/** A copy for what a call keeps: V8 represents a part of a text by a reference to the whole, here a message of the server. */
function detached(text: string): string {
    return Buffer.from(text).toString();
}

export function peerOf({ source_address: address, source_port: port, protocol }: SrfAddress): {
    readonly peer?: SipSource;
} {
    if (address === undefined || port === undefined || protocol === undefined) return {};
    return { peer: { protocol, address, port } };
}
