/**
 * What an application may say: the payload of its frames, decoded. The first line holds `|`-separated tokens (message
 * id, type, arguments); a SIP message may follow after CRLF.
 */
export type ClientFrame =
    | { readonly type: "authenticate"; readonly id: string; readonly secret: string; readonly tags: readonly string[] }
    | { readonly type: "route"; readonly id: string; readonly verb: string }
    | { readonly type: "removeRoute"; readonly id: string; readonly verb: string }
    | { readonly type: "ping"; readonly id: string }
    | {
          readonly type: "sip";
          readonly id: string;
          /** Answers a request from the network, or cancels one of the application's; empty otherwise. */
          readonly transactionId: string;
          /** The dialog the message belongs to; empty outside one. */
          readonly dialogId: string;
          /** Where to send instead of where the request URI leads; empty for the usual way. */
          readonly nextHop: string;
          readonly message: Buffer;
      }
    | { readonly type: "proxy"; readonly id: string }
    | { readonly type: "unknown"; readonly id: string };

const CR = 0x0d;
const EMPTY = Buffer.alloc(0);

/** Decodes one payload. Anything not understood is "unknown", which the protocol answers with `NO` and a close. */
export function decodeClientFrame(payload: Buffer): ClientFrame {
    const lineEnd = payload.indexOf(CR);
    const line = payload.toString("utf8", 0, lineEnd < 0 ? payload.length : lineEnd);
    const [id = "", type = "", first = "", second = "", third = ""] = line.split("|");
    if (id === "") return { type: "unknown", id };
    switch (type) {
        case "authenticate":
            return { type, id, secret: first, tags: second.split(",").filter((tag) => tag !== "") };
        case "route":
            return { type, id, verb: first.toLowerCase() };
        case "remove_route":
            return { type: "removeRoute", id, verb: first.toLowerCase() };
        case "ping":
            return { type, id };
        case "sip":
            return {
                type,
                id,
                transactionId: first,
                dialogId: second,
                nextHop: third,
                message: lineEnd < 0 ? EMPTY : payload.subarray(lineEnd + 2),
            };
        case "proxy":
            return { type, id };
        default:
            return { type: "unknown", id };
    }
}
