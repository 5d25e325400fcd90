import type { IncomingRequest } from "../SipStack.ts";

/**
 * The Call-ID of the registration whose connection the embedded SIP server reports as closed, or undefined if the request is
 * something else. docs/design/sip-server.md describes the notice; only the server can send requests of this origin.
 */
export function lostConnectionOf({ method, origin, headers, body }: IncomingRequest): string | undefined {
    if (origin !== "server" || method !== "NOTIFY" || headers.get("event") !== "connection-lost") return undefined;
    const notice: unknown = JSON.parse(body);
    if (typeof notice !== "object" || notice === null || !("callId" in notice)) return undefined;
    return typeof notice.callId === "string" ? notice.callId : undefined;
}
