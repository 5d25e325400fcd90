import { describe, expect, it } from "vitest";
import { parseAppMessage } from "../../../../lib/sip-server/drachtio/appMessage.ts";

function parse(...lines: string[]) {
    const message = parseAppMessage(Buffer.from(lines.join("\r\n")));
    if (message.kind === "unreadable") return message;
    const { headers, body, ...rest } = message;
    return { ...rest, headers: [...headers].map(({ name, value }) => `${name}: ${value}`), body: body.toString() };
}

describe("parseAppMessage", () => {
    it("reads a request without the headers the server writes", () => {
        expect(
            parse(
                "INVITE sip:bob@example.org SIP/2.0",
                "via: SIP/2.0/UDP 192.0.2.1",
                "ROUTE: <sip:192.0.2.9;lr>",
                "Record-Route: <sip:192.0.2.9;lr>",
                "rseq: 7",
                "from:  sip:alice@localhost ",
                "X-Green: is: a colour",
                "Content-Length: 1",
                "",
                "v=0\r\n\r\nü",
            ),
        ).toEqual({
            kind: "request",
            method: "INVITE",
            uri: "sip:bob@example.org",
            via: ["SIP/2.0/UDP 192.0.2.1"],
            headers: ["Route: <sip:192.0.2.9;lr>", "From: sip:alice@localhost", "X-Green: is: a colour"],
            body: "v=0\r\n\r\nü",
        });
    });

    it.each([
        ["SIP/2.0 200 OK", 200, "OK"],
        ["SIP/2.0 183 Session in Progress", 183, "Session in Progress"],
        ["SIP/2.0 480 ", 480, ""],
        ["SIP/2.0 480", 480, ""],
    ])("reads the response %j", (startLine, status, reason) => {
        expect(parse(startLine, "", "")).toEqual({ kind: "response", status, reason, via: [], headers: [], body: "" });
    });

    it("reads a message that ends with its headers", () => {
        expect(parse("ACK sip:bob@example.org SIP/2.0", "content-length: 0")).toMatchObject({
            method: "ACK",
            body: "",
        });
    });

    it.each([
        ["no message", [""], "invalid start line: "],
        ["a foreign version", ["INVITE sip:a SIP/3.0"], "invalid start line: INVITE sip:a SIP/3.0"],
        ["a URI with a space", ["INVITE sip:a b SIP/2.0"], "invalid start line: INVITE sip:a b SIP/2.0"],
        ["a status out of range", ["SIP/2.0 700 Odd"], "invalid start line: SIP/2.0 700 Odd"],
        ["a line without colon", ["BYE sip:a SIP/2.0", "oops"], "invalid header line"],
        ["a folded line", ["BYE sip:a SIP/2.0", "X-A: 1", " 2"], "invalid header line"],
        ["a bare LF in a value", ["BYE sip:a SIP/2.0", "X-A: 1\nX-B: 2"], "control character in header: X-A"],
        ["a NUL in a value", ["BYE sip:a SIP/2.0", "X-A: \0"], "control character in header: X-A"],
    ])("refuses %s", (_what, lines, why) => {
        expect(parse(...lines)).toEqual({ kind: "unreadable", why });
    });
});
