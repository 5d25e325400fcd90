import { expect, test } from "vitest";
import { parseMessage } from "../../../../lib/sip-server/sip/parseMessage.ts";
import { formatUri, parseSipUri } from "../../../../lib/sip-server/sip/SipUri.ts";
import { formatVia, parseVia } from "../../../../lib/sip-server/sip/Via.ts";

// RFC 5118: the traps of IPv6 in SIP, one row for each message of its section 4.

test.each([
    ["4.1 a reference in brackets", "sip:[2001:db8::10]", { host: "2001:db8::10" }],
    [
        "4.4 a port needs the brackets to be told from the address",
        "sip:[2001:db8::10]:5070",
        { host: "2001:db8::10", port: 5070 },
    ],
    ["4.3 without the brackets the last group is no port", "sip:[2001:db8::10:5070]", { host: "2001:db8::10:5070" }],
    ["4.9 IPv4-mapped", "sip:user@[::ffff:192.0.2.10]:19823", { host: "::ffff:192.0.2.10", port: 19823 }],
    ["upper case", "sip:user@[2001:DB8::A]", { host: "2001:db8::a" }],
])("URI %s", (_name, text, expected) => {
    const uri = parseSipUri(text);
    expect(uri).toMatchObject(expected);
    expect(uri && formatUri(uri)).toBe(text.toLowerCase());
});

test.each([
    ["4.2 no brackets", "sip:2001:db8::10"],
    ["no brackets around the host of a user", "sip:user@2001:db8::10"],
    ["4.10 three colons", "sip:user@[2001:db8:::192.0.2.1]"],
    ["open bracket", "sip:user@[2001:db8::10"],
    ["a zone", "sip:user@[fe80::1%25eth0]"],
    ["a colon without a port", "sip:user@[2001:db8::10]:"],
    ["a name in brackets", "sip:user@[example.com]"],
    ["too many groups", "sip:[1:2:3:4:5:6:7:8:9]"],
])("no URI: %s", (_name, text) => {
    expect(parseSipUri(text)).toBeUndefined();
});

test.each([
    [
        "4.5 received without brackets",
        "SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3-111",
        "2001:db8::9:255",
    ],
    [
        "4.5 received with brackets",
        "SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111",
        "[2001:db8::9:255]",
    ],
])("Via %s", (_name, text, received) => {
    const via = parseVia(text);
    expect(via).toMatchObject({ host: "2001:db8::9:1" });
    expect(via?.params.get("received")).toBe(received);
    expect(via && formatVia(via)).toBe(text);
});

test.each([
    [
        "4.1 good reference",
        "REGISTER sip:[2001:db8::10] SIP/2.0",
        "SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111",
        true,
    ],
    [
        "4.2 bad reference",
        "REGISTER sip:2001:db8::10 SIP/2.0",
        "SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111",
        false,
    ],
    [
        "4.7 many Via with and without ports",
        "BYE sip:[2001:db8::10] SIP/2.0",
        "SIP/2.0/UDP [2001:db8::9:1]:6050;branch=a, SIP/2.0/UDP [2001:db8::9:1];branch=b",
        true,
    ],
    ["bad Via", "BYE sip:[2001:db8::10] SIP/2.0", "SIP/2.0/UDP 2001:db8::9:1;branch=z9hG4bKas3-111", false],
])("message %s", (_name, requestLine, via, accepted) => {
    const method = requestLine.split(" ")[0] ?? "";
    const message = [
        requestLine,
        `Via: ${via}`,
        "To: sip:user@example.com",
        "From: sip:user@example.com;tag=81x2",
        "Call-ID: SSG9559905523997077@hlau_4100",
        `CSeq: 98176 ${method}`,
        'Contact: "Caller" <sip:caller@[2001:db8::1]>',
    ];
    expect(parseMessage(Buffer.from(`${message.join("\r\n")}\r\n\r\n`)).ok).toBe(accepted);
});

test("4.6, 4.8: addresses within the body are left alone", () => {
    const sdp =
        "v=0\r\no=assistant 971731711378798081 0 IN IP6 2001:db8::20\r\ns=-\r\nc=IN IP6 2001:db8::20\r\nt=0 0\r\n";
    const head = [
        "INVITE sip:user@[2001:db8::10] SIP/2.0",
        "Via: SIP/2.0/UDP [2001:db8::20];branch=z9hG4bKas3-111",
        "To: sip:user@[2001:db8::10]",
        "From: sip:user@example.com;tag=81x2",
        "Call-ID: x",
        "CSeq: 1 INVITE",
        `Content-Length: ${sdp.length}`,
    ];
    const result = parseMessage(Buffer.from(`${head.join("\r\n")}\r\n\r\n${sdp}`));
    expect(result.ok && result.message.body.toString()).toBe(sdp);
});
