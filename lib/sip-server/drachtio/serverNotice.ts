import { randomUUID } from "node:crypto";
import { Headers } from "../sip/Headers.ts";
import type { SipRequest } from "../sip/SipMessage.ts";

/** What the server itself reports to applications, as the value of Event. docs/design/sip-server.md describes the bodies. */
export type NoticeEvent = "held-dialogs" | "connection-lost";

/**
 * A notice of the server as a NOTIFY outside of any dialog, which existing clients of the control protocol can receive: it is
 * marked as `unsolicited` and cannot be responded to. It is never sent over SIP.
 */
export function composeNotice(event: NoticeEvent, body: unknown): SipRequest {
    const headers = new Headers([
        ["Via", "SIP/2.0/UDP localhost"],
        ["From", `<sip:server@localhost>;tag=${randomUUID()}`],
        ["To", "<sip:application@localhost>"],
        ["Call-ID", randomUUID()],
        ["CSeq", "1 NOTIFY"],
        ["Event", event],
        ["Subscription-State", "terminated"],
        ["Content-Type", "application/json"],
    ]);
    const content = Buffer.from(JSON.stringify(body));
    return { kind: "request", method: "NOTIFY", uri: "sip:application@localhost", headers, body: content };
}
