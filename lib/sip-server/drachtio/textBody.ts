import { isUtf8 } from "node:buffer";
import type { SipMessage } from "../sip/SipMessage.ts";

/**
 * Returns a MESSAGE whose body is not UTF-8, such as an image, with its body in base64 and the header that declares it:
 * applications read every frame as UTF-8. All other messages are returned as they are. Pure.
 */
export function withTextBody(message: SipMessage): SipMessage {
    if (message.kind !== "request" || message.method !== "MESSAGE" || isUtf8(message.body)) return message;
    const headers = message.headers.copy();
    headers.set("Content-Transfer-Encoding", "base64");
    return { ...message, headers, body: Buffer.from(message.body.toString("base64")) };
}
