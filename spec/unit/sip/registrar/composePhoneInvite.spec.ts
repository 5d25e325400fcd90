import { expect, test } from "vitest";
import type { PhoneNumber } from "../../../../lib/numbering/PhoneNumber.ts";
import type { RemoteParty } from "../../../../lib/numbering/RemoteParty.ts";
import type { PhoneContact } from "../../../../lib/ports/ContactStore.ts";
import { composePhoneInvite, addressingOf } from "../../../../lib/sip/registrar/composePhoneInvite.ts";

const contact: PhoneContact = {
    uri: "sip:desk@10.0.0.7:5062",
    callId: "c1",
    sequence: 1,
    expiresAt: 0,
    path: [],
    source: { protocol: "udp", address: "192.0.2.7", port: 40_000 },
};

test.each<[string, Partial<PhoneContact>, object]>([
    ["over UDP: where it came from, whatever it thinks its address is", {}, { nextHop: "sip:192.0.2.7:40000" }],
    [
        "over UDP and IPv6",
        { source: { protocol: "udp", address: "2001:db8::7", port: 5060 } },
        { nextHop: "sip:[2001:db8::7]:5060" },
    ],
    [
        "over a connection: by that",
        { source: { protocol: "wss", address: "192.0.2.7", port: 50_000 } },
        { nextHop: "sip:192.0.2.7:50000;transport=wss" },
    ],
    [
        "over UDP with a Contact at somebody else's: where it came from all the same",
        { uri: "sip:+44900123456@carrier.example;transport=tcp" },
        { nextHop: "sip:192.0.2.7:40000" },
    ],
    [
        "through proxies",
        { path: ["sip:edge.example;lr", "sip:far.example;lr"] },
        { nextHop: "sip:edge.example;lr", route: ["sip:edge.example;lr", "sip:far.example;lr"] },
    ],
])("the way to a phone that registered %s", (_, given, way) => {
    const there = { ...contact, ...given };
    expect(addressingOf(there)).toEqual({ contact: there.uri, ...way });
});

test("the way through proxies stands in Route", () => {
    const caller = { kind: "anonymous" } as const;
    const way = addressingOf({ ...contact, path: ["sip:edge.example;lr", "sip:far.example;lr"] });
    const target = { network: "phone", media: "rtp", account: "desk", ...way, caller } as const;
    expect(composePhoneInvite(target, "matrix.example", { userAgent: "spec/1" })).toMatchObject({
        uri: contact.uri,
        nextHop: "sip:edge.example;lr",
        headers: { Route: "<sip:edge.example;lr>, <sip:far.example;lr>" },
    });
});

test.each<[string, RemoteParty, string]>([
    [
        "a number",
        { kind: "number", number: "+442071838750" as PhoneNumber, displayName: 'Carol "C"' },
        '"Carol \\"C\\"" <sip:+442071838750@matrix.example;user=phone>',
    ],
    ["a number with a #", { kind: "number", number: "*21#" as PhoneNumber }, "<sip:*21%23@matrix.example;user=phone>"],
    ["an anonymous caller", { kind: "anonymous" }, '"Anonymous" <sip:anonymous@anonymous.invalid>'],
])("shows %s as the caller", (_, caller, from) => {
    const target = { network: "phone", media: "rtp", account: "desk", ...addressingOf(contact), caller } as const;
    const invite = composePhoneInvite(target, "matrix.example", { userAgent: "spec/1" });
    expect(invite).toMatchObject({ uri: contact.uri, headers: { To: "<sip:desk@matrix.example>", From: from } });
});
