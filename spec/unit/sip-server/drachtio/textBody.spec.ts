import { expect, it } from "vitest";
import { withTextBody } from "../../../../lib/sip-server/drachtio/textBody.ts";
import { Headers } from "../../../../lib/sip-server/sip/Headers.ts";
import type { SipMessage } from "../../../../lib/sip-server/sip/SipMessage.ts";

const request = (method: string, body: Buffer): SipMessage => ({
    kind: "request",
    method,
    uri: "sip:a@b",
    headers: new Headers([["Content-Type", "image/png"]]),
    body,
});
const binary = Buffer.from([0x89, 0xff]);

it("hands a body that is not UTF-8 over in base64, and says so", () => {
    const message = request("MESSAGE", binary);
    const { headers, body } = withTextBody(message);
    expect(body.toString()).toBe("if8=");
    expect(headers.get("content-transfer-encoding")).toBe("base64");
    // the message itself may be sent elsewhere
    expect(message.headers.has("content-transfer-encoding")).toBe(false);
});

it.each([
    ["a body in UTF-8", request("MESSAGE", Buffer.from("grüße"))],
    ["a call, whose body has the session description", request("INVITE", binary)],
])("returns %s as it is", (_, message) => {
    expect(withTextBody(message)).toBe(message);
});
