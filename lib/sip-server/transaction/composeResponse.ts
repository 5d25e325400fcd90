import type { HeaderField } from "../sip/Headers.ts";
import { responseTo } from "../sip/responseTo.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";

/** What a response contains in addition to what it copies from its request. */
export interface ResponseContent {
    readonly status: number;
    /** The standard phrase if left out. */
    readonly reason?: string;
    /** Put on To if it has no tag yet. A 100 goes without. */
    readonly toTag?: string;
    readonly headers?: readonly HeaderField[];
    readonly body?: Buffer;
}

/** A response with content: what {@link responseTo} copies, then the given headers. A 100 gets the request's Timestamp (RFC 3261 8.2.6.1). */
export function composeResponse(request: SipRequest, content: ResponseContent): SipResponse {
    const response = responseTo(request, content.status, {
        ...(content.reason === undefined ? {} : { reason: content.reason }),
        ...(content.toTag === undefined ? {} : { toTag: content.toTag }),
    });
    const timestamp = content.status === 100 ? request.headers.get("Timestamp") : undefined;
    if (timestamp !== undefined) response.headers.add("Timestamp", timestamp);
    for (const { name, value } of content.headers ?? []) response.headers.add(name, value);
    return content.body === undefined ? response : { ...response, body: content.body };
}
