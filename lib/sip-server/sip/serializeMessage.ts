import { consistsOf, hasLineBreaker, token } from "./characters.ts";
import type { SipMessage } from "./SipMessage.ts";

/** Thrown for a message that cannot be written: a bug of the caller, who must not pass on what may hold line ends. */
class UnserializableMessageError extends Error {
    override readonly name = "UnserializableMessageError";
}

/** The message as bytes. Content-Length is always computed from the body; CR, LF and NUL in any value are refused (NUL may be a quoted-pair). */
export function serializeMessage(message: SipMessage): Buffer {
    let head = startLine(message);
    for (const { name, value } of message.headers) {
        if (name === "Content-Length") continue;
        if (!consistsOf(name, token)) throw new UnserializableMessageError("header name is not a token");
        head += `${name}: ${singleLine(value, name)}\r\n`;
    }
    head += `Content-Length: ${message.body.length}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head, "utf8"), message.body]);
}

function startLine(message: SipMessage): string {
    if (message.kind === "response") {
        const { status } = message;
        if (!Number.isInteger(status) || status < 100 || status > 699) {
            throw new UnserializableMessageError("status is not within 100 to 699");
        }
        return `SIP/2.0 ${status} ${singleLine(message.reason, "reason phrase")}\r\n`;
    }
    if (!consistsOf(message.method, token)) throw new UnserializableMessageError("method is not a token");
    const uri = singleLine(message.uri, "Request-URI");
    if (uri === "" || uri.includes(" ")) throw new UnserializableMessageError("Request-URI is empty or has spaces");
    return `${message.method} ${uri} SIP/2.0\r\n`;
}

function singleLine(value: string, what: string): string {
    if (hasLineBreaker(value)) throw new UnserializableMessageError(`line end or NUL in ${what}`);
    return value;
}
