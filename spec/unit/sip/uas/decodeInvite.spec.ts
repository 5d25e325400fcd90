import { describe, expect, test } from "vitest";
import { type DecodedInvite, decodeInvite } from "../../../../lib/sip/uas/decodeInvite.ts";
import type { SipPeer } from "../../../../lib/sip/SipTrunk.ts";

const sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";
const british = { trusted: true, defaultCountry: "GB" } as const;

const carol = { kind: "address", address: "carol@pbx.example", displayName: "Carol" };

type Peer = Pick<SipPeer, "trusted" | "defaultCountry" | "shortCodes" | "minimumMedia">;

function decode(
    headers: Readonly<Record<string, string>>,
    peer: Peer = british,
    uri = "sip:2001@bridge.example",
    body = sdp,
    protocol = "udp",
) {
    const source = { protocol, address: "192.0.2.1", port: 5060 };
    const all = { from: '"Carol" <sip:carol@pbx.example>;tag=1', "content-type": "application/sdp", ...headers };
    return decodeInvite({ uri, headers: new Map(Object.entries(all)), body, source }, peer, (caller) => ({
        kind: "shown",
        caller,
    }));
}

function invite(...args: Parameters<typeof decode>): DecodedInvite {
    const decoded = decode(...args);
    if (decoded.kind !== "invite") throw new Error(`refused with ${decoded.status}`);
    return decoded;
}

describe("who calls", () => {
    test.each<[string, Readonly<Record<string, string>>, object]>([
        ["From", {}, carol],
        [
            "a number in From",
            { from: '"Carol" <sip:+442071838750@x>' },
            { kind: "number", number: "+442071838750", displayName: "Carol" },
        ],
        ["a national number", { from: "<sip:02071838750@x>" }, { kind: "number", number: "+442071838750" }],
        [
            "a name that is the number says nothing",
            { from: '"02071838750" <sip:02071838750@x>' },
            { kind: "number", number: "+442071838750" },
        ],
        ["an extension", { from: "<sip:2001@x>" }, { kind: "number", number: "2001" }],
        ["a tel: URI", { from: "<tel:+44-20-7183-8750>" }, { kind: "number", number: "+442071838750" }],
        [
            "a local tel: URI",
            { from: "<tel:71838750;phone-context=+4420>" },
            { kind: "number", number: "+442071838750" },
        ],
        ["From without user", { from: "<sip:pbx.example>" }, { kind: "anonymous" }],
        ["From of another scheme", { from: "<mailto:a@b>" }, { kind: "anonymous" }],
        [
            "P-Asserted-Identity before From",
            { "p-asserted-identity": '"Dora" <sip:+493012345678@x>' },
            { kind: "number", number: "+493012345678", displayName: "Dora" },
        ],
        [
            "its tel: identity",
            { "p-asserted-identity": "<tel:+493012345678>" },
            { kind: "number", number: "+493012345678", displayName: "Carol" },
        ],
        ["From if the identity cannot be read", { "p-asserted-identity": "<>" }, carol],
        [
            "anonymous, with Privacy: id",
            { privacy: "id", "p-asserted-identity": "<tel:+493012345678>" },
            { kind: "anonymous" },
        ],
        ["anonymous, with Privacy: user", { privacy: "user;critical" }, { kind: "anonymous" }],
        ["anonymous, with Privacy: header", { privacy: "Header" }, { kind: "anonymous" }],
        ["somebody, with Privacy: none", { privacy: "none" }, carol],
        ["anonymous, from anonymous.invalid", { from: '"A" <sip:a@Anonymous.Invalid>' }, { kind: "anonymous" }],
        ["anonymous, from anonymous at any host", { from: "<sip:Anonymous@pbx.example>" }, { kind: "anonymous" }],
    ])("%s", (_, headers, caller) => {
        expect(invite(headers).caller).toEqual(caller);
    });

    test("an identity asserted by an untrusted peer is ignored, but its privacy is used", () => {
        const untrusted = { trusted: false };
        expect(invite({ "p-asserted-identity": "<tel:+493012345678>" }, untrusted).caller).toMatchObject({
            address: "carol@pbx.example",
        });
        expect(invite({ privacy: "id" }, untrusted).caller).toEqual({ kind: "anonymous" });
    });

    test("without a country a national number stays as it was typed", () => {
        expect(invite({ from: "<sip:02071838750@x>" }, { trusted: false }).caller).toEqual({
            kind: "number",
            number: "02071838750",
        });
    });
});

describe("who is called", () => {
    test.each<[string, readonly object[]]>([
        ["sip:alice@matrix.example", [{ kind: "address", address: "alice@matrix.example" }]],
        ["sips:Alice@Matrix.Example;transport=tls", [{ kind: "address", address: "Alice@matrix.example" }]],
        ["sip:02071838750@x.example", [{ number: "+442071838750" }, { address: "02071838750@x.example" }]],
        ["sip:+44-20-7183-8750@x.example;user=phone", [{ number: "+442071838750" }]],
        ["sip:%2B442071838750@x.example;user=phone", [{ number: "+442071838750" }]],
        ["sip:%2A21%23@x.example;user=phone", [{ number: "*21#" }]],
        ["sip:71838750;phone-context=+4420@x.example;user=phone", [{ number: "+442071838750" }]],
        ["sip:+442071838750;npdi@x.example;user=phone", [{ number: "+442071838750" }]],
        ["tel:+442071838750", [{ number: "+442071838750" }]],
        ["tel:2001;phone-context=pbx.example", [{ number: "2001" }]],
        ["sip:2001;phone-context=+44@x.example;user=phone", [{ number: "2001" }]],
        ["tel:112;phone-context=+49", [{ number: "112" }]],
    ])("%s", (uri, expected) => {
        const { callees } = invite({}, british, uri, sdp, "tls");
        expect(callees).toMatchObject(expected);
        expect(callees).toHaveLength(expected.length);
    });

    test.each(["sip:bridge.example", "sip:alice@x;user=phone"])("%s names no callee", (uri) => {
        expect(invite({}, british, uri).callees).toEqual([]);
    });

    test("the digits a peer puts before numbers are no part of them", () => {
        const pbx = { ...british, stripPrefix: "9" };
        const called = (uri: string) => invite({}, pbx, uri).callees[0];
        expect(called("sip:902071838750@x;user=phone")).toEqual({ kind: "number", number: "+442071838750" });
        expect(called("sip:2001@x;user=phone")).toEqual({ kind: "number", number: "2001" });
    });
});

describe("what is refused", () => {
    test.each<[string, Parameters<typeof decode>, number]>([
        ["an unknown scheme", [{}, british, "urn:service:sos"], 416],
        ["sips: without TLS", [{}, british, "sips:alice@x"], 480],
        ["privacy we cannot give, and must", [{ privacy: "teleport;critical" }], 500],
        ["no From", [{ from: "" }], 400],
        ["an option we do not know", [{ require: "100rel, join" }], 420],
        ["a malformed Replaces header", [{ replaces: "abc@pbx" }], 400],
        ["video only", [{}, british, undefined, sdp.replace("m=audio", "m=video")], 488],
        ["no SDP at all in the body", [{}, british, undefined, "hello"], 400],
        ["another body", [{ "content-type": "application/isup" }], 415],
        ["a compressed body", [{ "content-encoding": "gzip" }], 415],
    ])("%s", (_, args, status) => {
        expect(decode(...args)).toMatchObject({ kind: "refused", status });
    });

    test("with what the caller should know", () => {
        expect(decode({ require: "100rel, join" })).toMatchObject({ headers: { Unsupported: "join" } });
        expect(decode({}, british, "sips:alice@x")).toMatchObject({
            headers: { Warning: '380 localhost "SIPS Not Allowed"' },
        });
        expect(decode({ privacy: "teleport;id;critical" })).toMatchObject({ reason: "Privacy Failure: teleport" });
        for (const headers of [{ "content-type": "text/plain" }, { "content-encoding": "gzip" }]) {
            const accepted = { Accept: "application/sdp", "Accept-Encoding": "identity" };
            expect(decode(headers)).toMatchObject({ headers: accepted });
        }
    });
});

test("the caller's offer is taken as it is, with the kind of its media", () => {
    expect(invite({})).toMatchObject({ offerer: "caller", offer: sdp, media: "rtp", needs100rel: false });
});

describe("media of a peer that has agreed on protection", () => {
    const offer = (protocol: string, ...lines: string[]): string =>
        [sdp.trimEnd().replace("RTP/AVP", protocol), ...lines, ""].join("\r\n");
    const plain = offer("RTP/AVP");
    const keyed = offer("RTP/SAVP", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc");
    const browser = offer("UDP/TLS/RTP/SAVPF", "a=fingerprint:sha-256 AA", "a=ice-ufrag:u");

    test.each([
        ["rtp", plain, "invite"],
        ["srtp-optional", plain, "invite"],
        ["srtp", plain, "refused"],
        ["srtp", keyed, "invite"],
        ["srtp", browser, "invite"],
        ["srtp", "", "refused"],
        ["webrtc", plain, "refused"],
        ["webrtc", keyed, "refused"],
        ["webrtc", browser, "invite"],
        ["webrtc", "", "refused"],
    ] as const)("%s, of an INVITE with %j: %s", (minimumMedia, body, kind) => {
        const decoded = decode({}, { ...british, minimumMedia }, undefined, body);
        expect(decoded).toMatchObject(kind === "refused" ? { kind, status: 488 } : { kind });
    });
});

test("without one, the call is offered with ours", () => {
    expect(invite({}, british, undefined, "")).toMatchObject({ offerer: "late", media: "rtp" });
});

test("a caller may insist on reliable provisional responses", () => {
    expect(invite({ require: "100rel" }).needs100rel).toBe(true);
});

test("the URI of a call that replaces another one can be the bridge's Contact, which names no user", () => {
    const replaces = "abc@pbx;to-tag=1;from-tag=2;early-only";
    expect(invite({ replaces, require: "replaces" }, british, "sip:192.0.2.5:5060")).toMatchObject({
        callees: [],
        replaces: { callId: "abc@pbx", toTag: "1", fromTag: "2", when: "earlyOnly" },
    });
});
