import { describe, expect, it } from "vitest";
import type { SipInviteReceivedRecord, SipInviteSentRecord } from "../../../../lib/ports/LegRecord.ts";
import { endOpenInvite } from "../../../../lib/sip/dialog/endOpenInvite.ts";
import { copyOfReceived, copyOfSent } from "../../../../lib/sip/dialog/inviteCopy.ts";
import {
    type OutgoingRequest,
    type OutgoingResponse,
    SipSendError,
    type SipSendErrorCode,
    type SipStack,
} from "../../../../lib/sip/SipStack.ts";

const INVITE = new Map([
    ["via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa;rport"],
    ["from", "<sip:bridge@192.0.2.1>;tag=ours"],
    ["to", "<sip:2001@pbx.example>"],
    ["call-id", "c1"],
    ["cseq", "7 INVITE"],
    ["route", "<sip:a.example;lr>, <sip:b.example;lr>"],
]);
const RINGING = new Map([
    ...INVITE,
    ["via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKsecond;received=192.0.2.1"],
    ["to", "<sip:2001@pbx.example>;tag=theirs"],
    ["contact", "<sip:2001@192.0.2.9:5070>"],
]);
const PEER = { protocol: "tcp", address: "2001:db8::9", port: 5070 };
const place = { network: "sip", peer: "pbx", transactionId: "t1", headers: { "X-Charge": "1" } } as const;
const sent: Pick<SipInviteSentRecord, "phase" | "copy"> = {
    phase: "inviteSent",
    copy: copyOfSent({ uri: "sip:2001@pbx.example", headers: INVITE }, "sip:pbx.example", {
        headers: RINGING,
        peer: PEER,
    }),
};
const silent = { ...sent, copy: copyOfSent({ uri: "sip:2001@pbx.example", headers: INVITE }, undefined) };
const received: SipInviteReceivedRecord = {
    ...place,
    phase: "inviteReceived",
    copy: copyOfReceived({ headers: INVITE }, "<sip:2001@pbx.example>;tag=ours"),
};

/** A SIP server that knows no transaction. @param failures what it cannot do, and why */
function server(failures: Readonly<Record<string, SipSendErrorCode>>) {
    const did: (readonly [string, OutgoingRequest | OutgoingResponse | undefined])[] = [];
    const attempt = (what: string, message?: OutgoingRequest | OutgoingResponse): Promise<void> => {
        did.push([what, message]);
        const code = failures[what];
        return code === undefined ? Promise.resolve() : Promise.reject(new SipSendError(code, what));
    };
    const stack: SipStack = {
        send: async (request) => {
            await attempt(request.method, request);
            return { uri: "", headers: new Map(), transactionId: "", cancel: () => Promise.resolve() };
        },
    };
    const inherited = {
        cancelSent: () => attempt("cancelSent"),
        respondTo: () => attempt("respondTo"),
        respondToLost: (response: OutgoingResponse) => attempt("respondToLost", response),
    };
    return { did, names: () => did.map(([what]) => what), parts: { stack, inherited, userAgent: "spec/1" } };
}

describe("an INVITE that was sent", () => {
    it("is cancelled by its transaction if the server has it", async () => {
        const { names, parts } = server({});
        await endOpenInvite({ ...place, ...sent }, "serviceUnavailable", parts);
        expect(names()).toEqual(["cancelSent"]);
    });

    it("is cancelled by its copy otherwise, by the branch and to the address that responded", async () => {
        const { did, parts } = server({ cancelSent: "refused" });
        await endOpenInvite({ ...place, ...sent }, "serviceUnavailable", parts);
        expect(did.at(-1)).toEqual([
            "CANCEL",
            {
                method: "CANCEL",
                uri: "sip:2001@pbx.example",
                nextHop: "sip:[2001:db8::9]:5070;transport=tcp",
                headers: {
                    "X-Charge": "1",
                    Reason: expect.stringContaining("cause=") as string,
                    Via: "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKsecond;received=192.0.2.1",
                    From: "<sip:bridge@192.0.2.1>;tag=ours",
                    To: "<sip:2001@pbx.example>",
                    "Call-ID": "c1",
                    CSeq: "7 CANCEL",
                },
                headerLines: [
                    ["Route", "<sip:a.example;lr>"],
                    ["Route", "<sip:b.example;lr>"],
                ],
            },
        ]);
    });

    it("is ended by BYE in its early dialog by a server that cannot send a CANCEL", async () => {
        const { did, parts } = server({ cancelSent: "refused", CANCEL: "refused" });
        await endOpenInvite({ ...place, ...sent }, "serviceUnavailable", parts);
        expect(did.at(-1)).toMatchObject([
            "BYE",
            {
                uri: "sip:2001@192.0.2.9:5070",
                headers: {
                    From: "<sip:bridge@192.0.2.1>;tag=ours",
                    To: "<sip:2001@pbx.example>;tag=theirs",
                    "Call-ID": "c1",
                },
            },
        ]);
    });

    it("rings on if there is no early dialog either", async () => {
        const { names, parts } = server({ cancelSent: "refused", CANCEL: "refused" });
        const ending = endOpenInvite({ ...place, ...silent }, "serviceUnavailable", parts);
        await expect(ending).rejects.toMatchObject({ code: "refused" });
        expect(names()).toEqual(["cancelSent", "CANCEL"]);
    });
});

describe("an INVITE that was received", () => {
    it("is rejected by its transaction if the server has it", async () => {
        const { names, parts } = server({});
        await endOpenInvite(received, "serviceUnavailable", parts);
        expect(names()).toEqual(["respondTo"]);
    });

    it("is rejected by its copy otherwise, with the tag of the 180", async () => {
        const { did, parts } = server({ respondTo: "refused" });
        await endOpenInvite(received, "serviceUnavailable", parts);
        expect(did.at(-1)).toMatchObject([
            "respondToLost",
            {
                status: 480,
                headers: {
                    "X-Charge": "1",
                    Via: "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa;rport",
                    To: "<sip:2001@pbx.example>;tag=ours",
                    CSeq: "7 INVITE",
                    "User-Agent": "spec/1",
                },
            },
        ]);
    });
});

it.each(["cancelSent", "CANCEL"])(
    "an INVITE is not ended in another way while there is no server at %s",
    async (what) => {
        const { names, parts } = server({ cancelSent: "refused", [what]: "disconnected" });
        const ending = endOpenInvite({ ...place, ...sent }, "serviceUnavailable", parts);
        await expect(ending).rejects.toMatchObject({ code: "disconnected" });
        expect(names().at(-1)).toBe(what);
    },
);
