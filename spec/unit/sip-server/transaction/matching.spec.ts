import { describe, expect, it } from "vitest";
import { Headers } from "../../../../lib/sip-server/sip/Headers.ts";
import type { SipRequest } from "../../../../lib/sip-server/sip/SipMessage.ts";
import { serverTransactionKey } from "../../../../lib/sip-server/transaction/matching.ts";

interface Shape {
    readonly method?: string;
    readonly via?: string;
    readonly from?: string;
    readonly to?: string;
    readonly cseq?: number;
    readonly uri?: string;
    readonly callId?: string;
}

function request({
    method = "INVITE",
    via = "h;branch=z9hG4bKa",
    from = "f",
    to = "",
    cseq = 1,
    uri = "sip:u",
    callId = "c",
}: Shape): SipRequest {
    const headers = new Headers([
        ["Via", `SIP/2.0/UDP ${via}`],
        ["From", `<sip:a@b>;tag=${from}`],
        ["To", `<sip:c@d>${to === "" ? "" : `;tag=${to}`}`],
        ["Call-ID", callId],
        ["CSeq", `${cseq} ${method}`],
    ]);
    return { kind: "request", method, uri, headers, body: Buffer.alloc(0) };
}

const old = "h;branch=1";

describe("the transaction a request belongs to", () => {
    it.each<[string, Shape, Shape]>([
        ["the same request again", {}, {}],
        ["the ACK of a refusal", {}, { method: "ACK", to: "t" }],
        ["whatever else says the branch", {}, { cseq: 9, uri: "sip:other" }],
        ["a branch whose cookie is in capitals", { via: "h;branch=Z9HG4BKa" }, { via: "h;branch=Z9HG4BKa", cseq: 2 }],
        ["the same request of RFC 2543", { via: old }, { via: old }],
        ["the ACK of RFC 2543, which has a To tag", { via: old }, { via: old, method: "ACK", to: "t" }],
    ])("is the same for %s", (_what, first, second) => {
        expect(serverTransactionKey(request(second))).toBe(serverTransactionKey(request(first)));
    });

    it.each<[string, Shape, Shape]>([
        ["another branch", {}, { via: "h;branch=z9hG4bKb" }],
        ["another sender with the same branch", {}, { via: "i;branch=z9hG4bKa" }],
        ["another port", {}, { via: "h:5062;branch=z9hG4bKa" }],
        ["its CANCEL", {}, { method: "CANCEL" }],
        ["RFC 2543: another number", { via: old }, { via: old, cseq: 2 }],
        ["RFC 2543: another caller", { via: old }, { via: old, from: "g" }],
        ["RFC 2543: another Call-ID", { via: old }, { via: old, callId: "d" }],
        ["RFC 2543: another host", { via: old }, { via: "i;branch=1" }],
        ["RFC 2543: another port", { via: old }, { via: "h:5062;branch=1" }],
        ["RFC 2543: another branch", { via: old }, { via: "h;branch=2" }],
        ["RFC 2543: no branch", { via: old }, { via: "h" }],
        ["RFC 2543: another URI", { via: old }, { via: old, uri: "sip:v" }],
        ["a branch that is only the cookie", { via: "h;branch=z9hG4bK" }, { via: "h;branch=z9hG4bK", cseq: 2 }],
    ])("is another for %s", (_what, first, second) => {
        expect(serverTransactionKey(request(second))).not.toBe(serverTransactionKey(request(first)));
    });

    it("of a CANCEL's INVITE is found by asking for INVITE", () => {
        expect(serverTransactionKey(request({ method: "CANCEL" }), "INVITE")).toBe(serverTransactionKey(request({})));
    });
});
