import { expect, test } from "vitest";
import { parseMessage, type ParseResult } from "../../../../lib/sip-server/sip/parseMessage.ts";
import { responseTo } from "../../../../lib/sip-server/sip/responseTo.ts";
import { serializeMessage } from "../../../../lib/sip-server/sip/serializeMessage.ts";

const limits = { headerBytes: 1_000, headerLines: 10, bodyBytes: 100 };

const essential = [
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa",
    "From: <sip:a@example.net>;tag=1",
    "To: <sip:b@example.com>",
    "Call-ID: c",
    "CSeq: 7 OPTIONS",
];

function parse(lines: readonly string[], body: Buffer | string = ""): ParseResult {
    const head = Buffer.from(`${["OPTIONS sip:b@example.com SIP/2.0", ...lines].join("\r\n")}\r\n\r\n`);
    return parseMessage(Buffer.concat([head, Buffer.from(body)]), limits);
}

function verdictOf(result: ParseResult): string {
    if (result.ok) return `accepted, ${result.ignoredParts} ignored`;
    return result.refusal === undefined ? `dropped: ${result.reason}` : `${result.refusal.status} ${result.reason}`;
}

test.each([
    ["as many headers as allowed", [...essential, ...Array<string>(5).fill("X: y")], "accepted, 0 ignored"],
    ["one header too many", [...essential, ...Array<string>(6).fill("X: y")], "400 Too Many Header Lines"],
    ["headers too long", [...essential, `X: ${"y".repeat(1_000)}`], "dropped: headers too long"],
    ["a broken optional line", [...essential, "what is this"], "accepted, 1 ignored"],
    ["an optional header with a lone LF", [...essential, "Subject: a\nVia: b"], "accepted, 1 ignored"],
    ["an optional header with a lone CR", [...essential, "Subject: a\rb"], "accepted, 1 ignored"],
    ["an optional header with NUL", [...essential, "Subject: a\0b"], "accepted, 1 ignored"],
    ["a header that is not needed with a lone LF", [...essential, "Route: <sip:a>\nX: y"], "accepted, 1 ignored"],
    ["an essential header with a lone LF", [...essential.toSpliced(2, 1), "To: <sip:a>\nX: y"], "400 Bad Header Line"],
    ["Content-Length behind a lone LF", [...essential, "l: 0\nX: y"], "400 Bad Header Line"],
    ["a name that is no token", [...essential, "Sub ject: a"], "accepted, 1 ignored"],
    ["a bad Route", [...essential, "Route: <sip:a"], "accepted, 1 ignored"],
    ["two To", [...essential, "t: <sip:c@example.com>"], "400 Several To Headers"],
    ["a Call-ID of two words", [...essential.with(3, "Call-ID: c d")], "accepted, 0 ignored"],
    ["a Call-ID that would be two tokens", [...essential.with(3, "Call-ID: c|d")], "400 Bad Call-ID Header"],
    ["a Call-ID with a control character", [...essential.with(3, "Call-ID: \u000bc")], "400 Bad Call-ID Header"],
    ["a From without an address", [...essential.with(1, "From: ;tag=1")], "400 Bad From Header"],
    ["a To without an address", [...essential.with(2, "To: ;x")], "400 Bad To Header"],
    ["a From tag that would be two tokens", [...essential.with(1, "From: <sip:a>;tag=1|2")], "400 Bad From Header"],
    ["a To tag that would be two tokens", [...essential.with(2, "To: <sip:a>;tag=1|2")], "400 Bad To Header"],
    ["no Via", essential.slice(1), "dropped: Missing Via Header"],
    ["a bad top Via", essential.with(0, "Via: SIP/2.0/UDP"), "dropped: Bad Via Header"],
    ["an open quote in the top Via", essential.with(0, 'Via: SIP/2.0/UDP 192.0.2.1;x="'), "accepted, 0 ignored"],
    ["a quote within a value", essential.with(0, 'Via: SIP/2.0/UDP 192.0.2.1;x=a"b"'), "accepted, 0 ignored"],
    ["text behind a quoted value", essential.with(0, 'Via: SIP/2.0/UDP 192.0.2.1;x="a"b'), "accepted, 0 ignored"],
    ["an open quote behind To", essential.with(2, 'To: <sip:b@example.com>;x="'), "accepted, 0 ignored"],
    ["an open bracket in the top Via", essential.with(0, "Via: SIP/2.0/UDP 192.0.2.1;x=<"), "accepted, 0 ignored"],
    ["a closing bracket in a value", essential.with(0, "Via: SIP/2.0/UDP 192.0.2.1;x=>"), "accepted, 0 ignored"],
    ["a Call-ID of two words, by a tab", essential.with(3, "Call-ID: c\td"), "accepted, 0 ignored"],
    ["two Content-Length that agree", [...essential, "l: 0", "l: 0"], "accepted, 1 ignored"],
    ["protocol and version in small letters", essential.with(0, "Via: sip/2.0/udp a"), "accepted, 0 ignored"],
    ["a fold by a tab", essential.with(4, "CSeq: 7\r\n\tOPTIONS"), "accepted, 0 ignored"],
    ["a quoted value", essential.with(0, 'Via: SIP/2.0/UDP 192.0.2.1;x="<a;\\"b"'), "accepted, 0 ignored"],
    ["a bad second Via", [...essential, "Via: nonsense"], "accepted, 0 ignored"],
    ["no To", essential.toSpliced(2, 1), "400 Missing To Header"],
    ["a second Via of another version", [...essential, "Via: SIP/3.0/UDP a"], "accepted, 0 ignored"],
    ["Max-Forwards at its limit", [...essential, "Max-Forwards: 255"], "accepted, 0 ignored"],
    ["Max-Forwards beyond it", [...essential, "Max-Forwards: 256"], "accepted, 0 ignored"],
    ["Contact *", [...essential, "Contact: *"], "accepted, 0 ignored"],
    ["a body beyond the limit", [...essential, "Content-Length: 101"], "413 Request Entity Too Large"],
    [
        "Content-Length too large for a number",
        [...essential, `Content-Length: ${"9".repeat(30)}`],
        "400 Bad Content-Length Header",
    ],
])("%s", (_name, lines, expected) => {
    expect(verdictOf(parse(lines))).toBe(expected);
});

test.each([
    ["nothing", ""],
    ["no blank line", "OPTIONS sip:a SIP/2.0\r\nVia: x"],
    ["only line ends", "\r\n\r\n\r\n"],
    ["HTTP", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"],
])("dropped: %s", (_name, text) => {
    const result = parseMessage(Buffer.from(text));
    expect(result.ok || result.refusal).toBeUndefined();
});

test.each([
    ["SIP/2.0 699 Last", true],
    ["SIP/2.0 100", true],
    ["sip/2.0 200 OK", true],
    ["SIP/2.0 700 No", false],
    ["SIP/2.0 099 No", false],
    ["SIP/2.0 1000 No", false],
    ["SIP/2.0 20x No", false],
    ["SIP/3.0 200 OK", false],
])("status line %j is read: %s", (line, expected) => {
    expect(parseMessage(Buffer.from(`${[line, ...essential].join("\r\n")}\r\n\r\n`)).ok).toBe(expected);
});

test("keeps a tab within a reason phrase", () => {
    const headers =
        "Via: SIP/2.0/UDP a;branch=z9hG4bKb\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: c\r\nCSeq: 1 INVITE";
    const result = parseMessage(Buffer.from(`SIP/2.0\t486 Busy\tHere\r\n${headers}\r\n\r\n`));
    expect(result).toMatchObject({ ok: true, message: { status: 486, reason: "Busy\tHere" } });
});

test("limits are what is still allowed: of the head and of the body", () => {
    const head = [...essential, "Content-Length: 100", "X: "];
    const used = ["OPTIONS sip:b@example.com SIP/2.0", ...head].join("\r\n").length;
    const parseFilled = (free: number, length: number): string =>
        verdictOf(
            parse(head.with(-1, `X: ${"y".repeat(free)}`).with(-2, `Content-Length: ${length}`), "z".repeat(length)),
        );
    expect(parseFilled(1_000 - used, 100)).toBe("accepted, 0 ignored");
    expect(parseFilled(1_001 - used, 100)).toBe("dropped: headers too long");
    expect(parseFilled(1_000 - used, 101)).toBe("413 Request Entity Too Large");
});

test("a request line in small letters but for its method is one", () => {
    const lines = ["OPTIONS sip:b@example.com sip/2.0", ...essential].join("\r\n");
    expect(parseMessage(Buffer.from(`${lines}\r\n\r\n`)).ok).toBe(true);
});

test("an ACK that cannot be matched is never answered", () => {
    const result = parseMessage(
        Buffer.from("ACK sip:b@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\n\r\n"),
    );
    expect(result).toEqual({ ok: false, reason: "Missing From Header" });
});

test("without Content-Length the body is the rest, with it what follows is ignored", () => {
    const rest = parse(essential, "abcdef");
    const cut = parse([...essential, "Content-Length: 3"], "abcdef");
    expect([rest, cut].map((result) => result.ok && result.message.body.toString())).toEqual(["abcdef", "abc"]);
});

test("compact forms are the long ones, values that are not UTF-8 are read as Latin-1", () => {
    const bytes = Buffer.concat([
        Buffer.from(
            "OPTIONS sip:b SIP/2.0\r\nv: SIP/2.0/UDP a\r\nf: sip:a\r\nt: sip:b\r\ni: c\r\nCSEQ: 1 OPTIONS\r\ns: ",
        ),
        Buffer.from([0xff, 0x41]),
        Buffer.from("\r\n\r\n"),
    ]);
    const result = parseMessage(bytes);
    expect(result.ok && [...result.message.headers].map(({ name }) => name)).toEqual([
        "Via",
        "From",
        "To",
        "Call-ID",
        "CSeq",
        "Subject",
    ]);
    expect(result.ok && result.message.headers.get("subject")).toBe("\u00FFA");
});

test("a refusal is enough to build the response from", () => {
    const result = parse([...essential, "Require: a\nb"]);
    const refusal = result.ok ? undefined : result.refusal;
    const response = refusal && responseTo(refusal.request, refusal.status, { reason: refusal.reason, toTag: "t" });
    expect(response && [...response.headers].map(({ name, value }) => `${name}: ${value}`)).toEqual([
        ...essential.slice(0, 2),
        "To: <sip:b@example.com>;tag=t",
        ...essential.slice(3),
    ]);
});

test.each(["<sip:b@example.com>;tag=", "<sip:b@example.com>;tag", '"a;tag=" <sip:b@example.com>;tag=""'])(
    "the response to a request with an empty tag in To has one tag: %s",
    (to) => {
        const result = parse(essential.with(2, `To: ${to}`));
        if (!result.ok || result.message.kind !== "request") throw new Error("the request was not accepted");
        const response = responseTo(result.message, 486, { toTag: "t" });
        expect(response.headers.get("To")?.replace(/^"a;tag=" /, "")).toBe("<sip:b@example.com>;tag=t");
    },
);

test("a request whose To has NUL behind a backslash and an open quote gets a response", () => {
    const result = parse(essential.with(2, 'To: "\\\0\\" <sip:b@example.com>'));
    if (!result.ok || result.message.kind !== "request") throw new Error("the request was not accepted");
    const written = serializeMessage(responseTo(result.message, 486, { toTag: "t" })).toString();
    expect(written).toContain('\r\nTo: "\\\0\\"" <sip:b@example.com>;tag=t\r\n');
});

test("a line that ends by CRLF is a broken one where the first line ends by LF", () => {
    const lines = ["OPTIONS sip:b@example.com SIP/2.0", ...essential, "P-Asserted-Identity: <sip:x>\r", "Subject: a"];
    const result = parseMessage(Buffer.from(`${lines.join("\n")}\n\n`));
    expect(result.ok && [result.ignoredParts, result.message.headers.size]).toEqual([1, 6]);
});
