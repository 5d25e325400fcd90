import { createHash } from "node:crypto";
import type { MessageId } from "../../message/vocabulary.ts";
import { fromOf } from "../identity/fromHeader.ts";
import type { IncomingRequest } from "../SipStack.ts";

/** RFC 3261, section 8.2.2.2, and RFC 5438, section 6.3: the same message has the same identifiers, however often it is sent. */
export function messageIdOf(request: IncomingRequest, sender: string, imdnMessageId: string | undefined): MessageId {
    const sequence = request.headers.get("cseq")?.split(/\s/)[0] ?? "";
    const { uri = "", params } = fromOf(request.headers) ?? {};
    const identity =
        imdnMessageId === undefined
            ? ["request", sender, callIdOf(request), sequence, uri, params?.get("tag") ?? ""]
            : ["imdn", sender, uri, imdnMessageId];
    return `sip-${createHash("sha256").update(JSON.stringify(identity)).digest("base64url").slice(0, 32)}` as MessageId;
}

export function callIdOf({ headers }: IncomingRequest): string {
    return headers.get("call-id") ?? "";
}
