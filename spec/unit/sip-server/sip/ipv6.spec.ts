import { expect, test } from "vitest";
import { parseNameAddr } from "../../../../lib/sip-server/sip/NameAddr.ts";
import { parseMessage } from "../../../../lib/sip-server/sip/parseMessage.ts";
import type { SipRequest } from "../../../../lib/sip-server/sip/SipMessage.ts";
import { formatUri, parseSipUri } from "../../../../lib/sip-server/sip/SipUri.ts";
import { formatVia, parseVia } from "../../../../lib/sip-server/sip/Via.ts";
import { ipv6Torture } from "../../../fixtures/sip/ipv6Torture.ts";

/** The request of that name, which must be accepted. */
function read(name: string): SipRequest {
    const torture = ipv6Torture.find((message) => message.name.split(" ")[0] === name);
    const result = parseMessage(torture?.bytes ?? Buffer.alloc(0));
    if (!result.ok || result.message.kind !== "request") throw new Error(`${name} is not accepted`);
    return result.message;
}

test("all messages of RFC 5118 are there", () => {
    expect(new Set(ipv6Torture.map(({ section }) => section)).size).toBe(10);
    expect(ipv6Torture).toHaveLength(12);
});

test.each(ipv6Torture)("RFC 5118 $section $name", ({ bytes, verdict }) => {
    const result = parseMessage(bytes);
    if (result.ok) expect({ kind: "accepted" }).toEqual(verdict);
    else expect({ kind: "refused", status: result.refusal?.status, reason: result.reason }).toEqual(verdict);
});

test.each([
    ["ipv6-good", "2001:db8::10", undefined],
    ["port-ambiguous", "2001:db8::10:5070", undefined],
    ["port-unambiguous", "2001:db8::10", 5070],
    ["ipv6-bug-abnf-3-colons", "2001:db8::192.0.2.1", undefined],
    ["ipv6-correct-abnf-2-colons", "2001:db8::192.0.2.1", undefined],
])("%s: the Request-URI leads to %s, port %s", (name, host, port) => {
    const uri = parseSipUri(read(name).uri);
    expect([uri?.host, uri?.port]).toEqual([host, port]);
});

test("mult-ip-in-header: each Via has its address, port and received", () => {
    const vias = read("mult-ip-in-header")
        .headers.list("Via")
        .map((via) => parseVia(via));
    expect(vias.map((via) => [via?.transport, via?.host, via?.port, via?.params.get("received")])).toEqual([
        ["UDP", "2001:db8::9:1", 6050, undefined],
        ["UDP", "192.0.2.1", undefined, undefined],
        ["TCP", "2001:db8::9:255", undefined, "192.0.2.200"],
    ]);
});

test("ipv4-mapped-ipv6: the address is that of IPv6, in Via and Contact", () => {
    const { headers } = read("ipv4-mapped-ipv6");
    expect(headers.list("Via").map((via) => parseVia(via)?.host)).toEqual(["::ffff:192.0.2.10", "::ffff:192.0.2.2"]);
    const contact = parseNameAddr(headers.get("Contact") ?? "");
    expect(contact && parseSipUri(contact.uri)?.host).toBe("::ffff:192.0.2.2");
});

test.each(["ipv6-in-sdp", "mult-ip-in-sdp", "ipv4-mapped-ipv6"])("%s: the body is left alone", (name) => {
    const message = read(name);
    expect(message.body.length).toBe(Number(message.headers.get("Content-Length")));
    expect(message.body.toString()).toMatch(/^v=0\r\n.*IN IP6 [0-9a-f:.]+\r\n/s);
});

test.each([
    ["via-received-param-no-delim", "2001:db8::9:255"],
    ["via-received-param-with-delim", "[2001:db8::9:255]"],
])("%s: received is kept as it came", (name, received) => {
    const [top = ""] = read(name).headers.list("Via");
    const via = parseVia(top);
    expect(via?.params.get("received")).toBe(received);
    expect(via && formatVia(via)).toBe(top);
});

test.each([
    ["a reference in brackets", "sip:[2001:db8::10]"],
    ["with a port", "sip:[2001:db8::10]:5070"],
    ["IPv4-mapped, with a port", "sip:user@[::ffff:192.0.2.10]:19823"],
    ["upper case", "sip:user@[2001:DB8::A]"],
])("URI comes out as it went in: %s", (_name, text) => {
    const uri = parseSipUri(text);
    expect(uri && formatUri(uri)).toBe(text.toLowerCase());
});

test.each([
    ["no brackets around the host of a user", "sip:user@2001:db8::10"],
    ["three colons without IPv4 behind them", "sip:user@[2001:db8:::10]"],
    ["three colons and another two", "sip:user@[2001::db8:::192.0.2.1]"],
    ["four colons", "sip:user@[2001:db8::::192.0.2.1]"],
    ["open bracket", "sip:user@[2001:db8::10"],
    ["a zone", "sip:user@[fe80::1%25eth0]"],
    ["a name in brackets", "sip:user@[example.com]"],
    ["IPv4 in brackets", "sip:user@[192.0.2.1]"],
    ["too many groups", "sip:[1:2:3:4:5:6:7:8:9]"],
])("no URI: %s", (_name, text) => {
    expect(parseSipUri(text)).toBeUndefined();
});

test("a Via whose sent-by cannot be read comes out as it went in", () => {
    const text = "SIP/2.0/UDP 2001:db8::9:1;branch=z9hG4bKas3-111";
    const via = parseVia(text);
    expect(via && formatVia(via)).toBe(text);
});
