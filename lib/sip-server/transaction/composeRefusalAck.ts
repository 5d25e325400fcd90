import { formatCSeq } from "../sip/CSeq.ts";
import { Headers } from "../sip/Headers.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { cseqNumber } from "./matching.ts";

/** The ACK of a 300-699 (RFC 3261 17.1.1.3): goes hop by hop, so it shares the INVITE's branch and Route. */
export function composeRefusalAck(invite: SipRequest, refusal: SipResponse): SipRequest {
    const headers = new Headers();
    headers.add("Via", invite.headers.list("Via")[0] ?? "");
    headers.add("Max-Forwards", "70");
    for (const route of invite.headers.all("Route")) headers.add("Route", route);
    headers.add("From", invite.headers.get("From") ?? "");
    headers.add("To", refusal.headers.get("To") ?? invite.headers.get("To") ?? "");
    headers.add("Call-ID", invite.headers.get("Call-ID") ?? "");
    headers.add("CSeq", formatCSeq({ number: cseqNumber(invite) ?? 0, method: "ACK" }));
    return { kind: "request", method: "ACK", uri: invite.uri, headers, body: Buffer.alloc(0) };
}
