import { expect, test } from "vitest";
import { parseCSeq } from "../../../../lib/sip-server/sip/CSeq.ts";
import { Headers } from "../../../../lib/sip-server/sip/Headers.ts";
import { formatNameAddr, parseNameAddr } from "../../../../lib/sip-server/sip/NameAddr.ts";
import { serializeMessage } from "../../../../lib/sip-server/sip/serializeMessage.ts";
import { formatUri, parseSipUri, parseUri } from "../../../../lib/sip-server/sip/SipUri.ts";
import { branchOf, parseVia } from "../../../../lib/sip-server/sip/Via.ts";
import { escapeUser, unescapeUriPart } from "../../../../lib/sip-server/sip/uriEscapes.ts";

test.each([
    "sip:example.com",
    "sip:alice@example.com",
    "sips:alice:secret@example.com:5061;transport=tcp;lr?subject=project%20x&priority=urgent",
    "sip:+1-212-555-1212:1234@gateway.com;user=phone",
    "sip:alice;day=tuesday@atlanta.com",
    "sip:bob@192.0.2.4:5070;maddr=239.255.255.1;ttl=15",
    "tel:+358-555-1234567;postd=pp22",
    "tel:7042;phone-context=example.com",
    "sip:a%zz@example.com",
    "sip:jürgen@example.com;x=a=b;y=ü;z=;=x",
    "sip:alice@example.com?",
    "tel:+49%2030",
])("URI %s comes out as it went in", (text) => {
    const uri = parseUri(text);
    expect(uri && formatUri(uri)).toBe(text);
});

test.each([
    "",
    "sip:",
    "example.com",
    "http://example.com",
    "sip:a b@example.com",
    "sip:a@b@example.com",
    "sip:alice@example.com:0",
    "sip:alice@example.com:65536",
    "sip:alice@exa mple.com",
    'sip:alice@example.com;a="b"',
    "sip:<alice>@example.com",
    "tel:",
    "tel:12 34",
])("no URI: %j", (text) => {
    expect(parseUri(text)).toBeUndefined();
});

test("a host is compared without case, an empty password is none but a colon", () => {
    expect(parseUri("sip:alice:@EXAMPLE.com")).toEqual({
        scheme: "sip",
        user: "alice",
        password: "",
        host: "example.com",
        params: new Map(),
    });
});

test("a tel: URI is no SIP URI", () => {
    expect(parseSipUri("tel:+4930123456")).toBeUndefined();
});

test.each(["plain", "tr%eu;x", "Grüße @ home", "a:b"])("user %j survives escaping", (text) => {
    const uri = parseSipUri(`sip:${escapeUser(text)}@example.com`);
    expect(uri?.user && unescapeUriPart(uri.user)).toBe(text);
});

test("escapes that are no UTF-8 have no text", () => {
    expect(unescapeUriPart("%FF")).toBeUndefined();
});

test.each([
    ['"A. G. Bell" <sip:agb@example.com> ;tag=a48s', { displayName: "A. G. Bell", uri: "sip:agb@example.com" }],
    ['"a \\"b\\" \\\\ c, d;e<f>" <sip:x>', { displayName: 'a "b" \\ c, d;e<f>', uri: "sip:x" }],
    ["Anonymous <sip:c8oqz84zk7z@privacy.org>;tag=hyh8", { displayName: "Anonymous" }],
    ["sip:+12125551212@phone2net.com;tag=887s", { uri: "sip:+12125551212@phone2net.com" }],
    ["<sip:a@b;lr?x=y,z>", { uri: "sip:a@b;lr?x=y,z" }],
    ["<urn:service:sos>", { uri: "urn:service:sos" }],
])("name-addr %s", (text, expected) => {
    const address = parseNameAddr(text);
    expect(address).toMatchObject(expected);
    expect(address && parseNameAddr(formatNameAddr(address))).toEqual(address);
});

test.each([
    "",
    "<>",
    "<sip:a",
    "sip:a>",
    '"a <sip:b>',
    '"a" b <sip:c>',
    "a, b <sip:c>",
    "<sip:a> b",
    "<a>",
    "sip:a?b=c",
    "sip:a,sip:b",
])("no name-addr: %j", (text) => {
    expect(parseNameAddr(text)).toBeUndefined();
});

test.each(["", "1", "INVITE", "1  ", "-1 INVITE", "1 IN VITE", "4294967296 INVITE", "1e3 INVITE", "0x1 INVITE"])(
    "no CSeq: %j",
    (text) => {
        expect(parseCSeq(text)).toBeUndefined();
    },
);

test("a CSeq goes up to 2**32 - 1, and may be blank-padded and begin with zeros", () => {
    expect(parseCSeq("4294967295 INVITE")).toEqual({ number: 4_294_967_295, method: "INVITE" });
    expect(parseCSeq("0007 \t ACK ")).toEqual({ number: 7, method: "ACK" });
});

test("commas and semicolons within brackets and quotes separate nothing, nor does an escaped quote end them", () => {
    const headers = new Headers([["Route", '<sip:a;lr?x=1,2>, "b\\", c" <sip:d>;e="f;g", <sip:h>']]);
    expect(headers.list("Route")).toEqual(["<sip:a;lr?x=1,2>", '"b\\", c" <sip:d>;e="f;g"', "<sip:h>"]);
    expect(parseNameAddr('<sip:a>;e="f\\";g=h";i')?.params).toEqual(
        new Map([
            ["e", '"f\\";g=h"'],
            ["i", null],
        ]),
    );
});

test.each([
    ["a", "Accept-Contact"],
    ["b", "Referred-By"],
    ["c", "Content-Type"],
    ["d", "Request-Disposition"],
    ["e", "Content-Encoding"],
    ["f", "From"],
    ["i", "Call-ID"],
    ["j", "Reject-Contact"],
    ["k", "Supported"],
    ["l", "Content-Length"],
    ["m", "Contact"],
    ["n", "Identity-Info"],
    ["o", "Event"],
    ["r", "Refer-To"],
    ["s", "Subject"],
    ["t", "To"],
    ["u", "Allow-Events"],
    ["v", "Via"],
    ["x", "Session-Expires"],
    ["y", "Identity"],
])("%s is short for %s", (compact, name) => {
    const headers = new Headers([[compact.toUpperCase(), "1"]]);
    expect([...headers]).toMatchObject([{ name, value: "1" }]);
    expect(headers.get(compact)).toBe("1");
});

test.each(["SIP/2.0/UDP a", "SIP/2.0/UDP a;branch", "SIP/2.0/UDP a;branch="])("no branch in %s", (text) => {
    const via = parseVia(text);
    expect(via && branchOf(via)).toBeUndefined();
});

test("the first of two parameters of one name counts, whatever its case", () => {
    expect(parseNameAddr("<sip:a>;tag=1;TAG=2")?.params).toEqual(new Map([["tag", "1"]]));
});

test("headers compare without case and by compact form, and keep their order", () => {
    const headers = new Headers([
        ["v", "1, 2"],
        ["X-a", "y"],
        ["VIA", '3;p="4, 5", 6'],
    ]);
    expect(headers.list("Via")).toEqual(["1", "2", '3;p="4, 5"', "6"]);
    headers.prepend("Via", "0");
    headers.set("x-A", "z");
    expect([...headers].map(({ name, value }) => `${name}: ${value}`)).toEqual([
        "Via: 0",
        "Via: 1, 2",
        "X-A: z",
        'Via: 3;p="4, 5", 6',
    ]);
    headers.removeFirst("Via");
    headers.replaceFirst("Via", "one");
    expect(headers.list("Via")).toEqual(["one", "2", '3;p="4, 5"', "6"]);
    headers.remove("via");
    expect([...headers]).toHaveLength(1);
});

test.each([
    ["no line yet", [], ["new"]],
    ["an empty element before it", [", 1, 2"], ["new", "2"]],
    ["an empty line before it", ["", "1, 2", "3"], ["new", "2", "3"]],
])("the first element is replaced, not joined: %s", (_name, lines, expected) => {
    const headers = new Headers(lines.map((line) => ["Via", line] as const));
    headers.replaceFirst("Via", "new");
    expect(headers.list("Via")).toEqual(expected);
});

test("a copy does not change with the original", () => {
    const headers = new Headers([["Via", "1"]]);
    const copy = headers.copy();
    headers.add("Via", "2");
    expect(copy.all("Via")).toEqual(["1"]);
});

const body = Buffer.from("grün");

test("Content-Length is that of the body in bytes, whatever the headers say", () => {
    const headers = new Headers([["Content-Length", "99"]]);
    const text = serializeMessage({ kind: "request", method: "INFO", uri: "sip:a", headers, body }).toString();
    expect(text).toBe("INFO sip:a SIP/2.0\r\nContent-Length: 5\r\n\r\ngrün");
});

interface Smuggled {
    readonly name?: string;
    readonly value?: string;
    readonly reason?: string;
    readonly status?: number;
}

test.each<[string, Smuggled]>([
    ["header value", { value: "a\r\nVia: b" }],
    ["lone CR", { value: "a\rb" }],
    ["NUL", { value: "a\0b" }],
    ["header name", { name: "X: y\r\nZ" }],
    ["reason", { reason: "a\nb" }],
    ["status", { status: 99 }],
])("nothing is smuggled out through the %s", (_name, { name = "X", value = "y", reason = "OK", status = 200 }) => {
    const headers = new Headers([[name, value]]);
    expect(() => serializeMessage({ kind: "response", status, reason, headers, body })).toThrow();
});

test.each([
    ["INFO", "sip:a\r\nX: y"],
    ["INFO", "sip:a SIP/2.0"],
    ["INFO", ""],
    ["IN FO", "sip:a"],
])("nothing is smuggled out through the request line %j %j", (method, uri) => {
    expect(() => serializeMessage({ kind: "request", method, uri, headers: new Headers(), body })).toThrow();
});
