import { formatCSeq } from "../sip/CSeq.ts";
import { Headers } from "../sip/Headers.ts";
import type { SipRequest } from "../sip/SipMessage.ts";
import { cseqNumber } from "../transaction/matching.ts";

/** The CANCEL of an INVITE (RFC 3261 9.1): goes the same way, by the same branch; `extra` are Reason and the like. */
export function composeCancel(invite: SipRequest, extra: Headers): SipRequest {
    const headers = new Headers();
    headers.add("Via", invite.headers.list("Via")[0] ?? "");
    headers.add("Max-Forwards", "70");
    for (const route of invite.headers.all("Route")) headers.add("Route", route);
    for (const name of ["From", "To", "Call-ID"]) headers.add(name, invite.headers.get(name) ?? "");
    headers.add("CSeq", formatCSeq({ number: cseqNumber(invite) ?? 0, method: "CANCEL" }));
    for (const { name, value } of extra) {
        if (name === "Reason" || name.startsWith("X-") || name.startsWith("P-")) headers.add(name, value);
    }
    return { kind: "request", method: "CANCEL", uri: invite.uri, headers, body: Buffer.alloc(0) };
}
