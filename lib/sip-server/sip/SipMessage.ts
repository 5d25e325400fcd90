import type { Headers } from "./Headers.ts";

/** A SIP request (RFC 3261 7.1). `method` is case-sensitive; `uri` is the Request-URI as it stood on the wire, whatever its scheme. */
export interface SipRequest {
    readonly kind: "request";
    readonly method: string;
    readonly uri: string;
    readonly headers: Headers;
    readonly body: Buffer;
}

/** A SIP response (RFC 3261 7.2). `status` is 100 to 699. */
export interface SipResponse {
    readonly kind: "response";
    readonly status: number;
    readonly reason: string;
    readonly headers: Headers;
    readonly body: Buffer;
}

export type SipMessage = SipRequest | SipResponse;
