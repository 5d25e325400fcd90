import { parseUri } from "./sipHeaders.ts";
import { CAPABILITIES, unsupportedOf } from "./sipCapabilities.ts";
import type { IncomingRequest, OutgoingResponse } from "./SipStack.ts";

/** The answer to a request outside of our dialogs, other than a new INVITE. Undefined: none may be given. */
export function replyOutsideDialog(
    request: Pick<IncomingRequest, "method" | "uri" | "headers">,
): OutgoingResponse | undefined {
    switch (request.method) {
        case "ACK":
            return undefined;
        case "OPTIONS":
            return replyToOptions(request);
        case "REGISTER":
        case "MESSAGE":
        case "REFER":
            return { status: 405, headers: CAPABILITIES };
        case "SUBSCRIBE":
        case "PUBLISH":
            // RFC 6665, section 4.2.1.1: there is no event package here
            return { status: 489, headers: { "Allow-Events": "" } };
        case "PRACK":
            // of an early dialog, whose reliable 180 the server has matched it with (RFC 3262, section 3)
            return { status: 200 };
        case "UPDATE":
        case "BYE":
        case "INFO":
        case "NOTIFY":
        case "INVITE":
            // for a dialog we do not know (any more)
            return { status: 481 };
        default:
            return { status: 501, headers: CAPABILITIES };
    }
}

/** The answer within a dialog to what neither ends nor changes the session. */
export function replyInDialog(
    request: Pick<IncomingRequest, "method" | "uri" | "headers" | "body">,
): OutgoingResponse | undefined {
    switch (request.method) {
        case "INFO":
            return replyToInfo(request);
        case "REFER":
            return { status: 405, headers: CAPABILITIES };
        default:
            return replyOutsideDialog(request);
    }
}

/** OPTIONS is rejected for the same reasons as an INVITE (RFC 3261, section 11.2). */
function replyToOptions({ uri, headers }: Pick<IncomingRequest, "uri" | "headers">): OutgoingResponse {
    if (parseUri(uri) === undefined) return { status: 416 };
    const unsupported = unsupportedOf(headers.get("require"));
    if (unsupported.length > 0) return { status: 420, headers: { Unsupported: unsupported.join(", ") } };
    return { status: 200, headers: CAPABILITIES };
}

/**
 * An UPDATE before the INVITE is answered (RFC 3311, section 5.2): one without SDP refreshes; an offer has to wait for
 * the answer to the first one, which we owe as `uas` (500) and are owed as `uac` (491).
 */
export function replyToEarlyUpdate(update: Pick<IncomingRequest, "body">, role: "uas" | "uac"): OutgoingResponse {
    if (update.body.trim() === "") return { status: 200 };
    return role === "uac" ? { status: 491 } : { status: 500, headers: { "Retry-After": "2" } };
}

/** Keep-alives and requests for a key frame (RFC 5168) are accepted. Digits are handled by the dialog (`DialogDigits`). */
function replyToInfo({ headers, body }: Pick<IncomingRequest, "headers" | "body">): OutgoingResponse {
    const type = headers.get("content-type")?.toLowerCase() ?? "";
    if (body.trim() === "" || type.startsWith("application/media_control+xml")) return { status: 200 };
    return { status: 415, headers: { Accept: "application/media_control+xml" } };
}
