import { expect, test } from "vitest";
import { parseCSeq } from "../../../../lib/sip-server/sip/CSeq.ts";
import { parseNameAddr, tagOf } from "../../../../lib/sip-server/sip/NameAddr.ts";
import { parseMessage } from "../../../../lib/sip-server/sip/parseMessage.ts";
import { parseSipUri } from "../../../../lib/sip-server/sip/SipUri.ts";
import type { SipMessage } from "../../../../lib/sip-server/sip/SipMessage.ts";
import { serializeMessage } from "../../../../lib/sip-server/sip/serializeMessage.ts";
import { unescapeUriPart } from "../../../../lib/sip-server/sip/uriEscapes.ts";
import { branchOf, isUniqueBranch, parseVia } from "../../../../lib/sip-server/sip/Via.ts";
import { tortureMessages } from "../../../fixtures/sip/tortureMessages.ts";

/** The message of that name, which must be accepted. */
function read(name: string): SipMessage {
    const torture = tortureMessages.find((message) => message.name.split(" ")[0] === name);
    const result = parseMessage(torture?.bytes ?? Buffer.alloc(0));
    if (!result.ok) throw new Error(`${name} is not accepted: ${result.reason}`);
    return result.message;
}

test("all messages of RFC 4475 are there", () => {
    expect(new Set(tortureMessages.map(({ section }) => section)).size).toBe(49);
    // Their octets, so that no row drifts from what the RFC prints.
    expect(tortureMessages.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBe(24_655);
});

test.each(tortureMessages)("RFC 4475 $section $name", ({ bytes, verdict }) => {
    const result = parseMessage(bytes);
    if (result.ok) {
        expect({ kind: "accepted", ignored: result.ignoredParts }).toEqual({ ignored: 0, ...verdict });
    } else if (result.refusal !== undefined) {
        expect({ kind: "refused", status: result.refusal.status, reason: result.refusal.reason }).toEqual(verdict);
    } else {
        expect({ kind: "dropped" }).toEqual(verdict);
    }
});

test.each(tortureMessages.filter(({ verdict }) => verdict.kind === "accepted"))(
    "$section $name comes out the same after being written and read again",
    ({ name }) => {
        const first = read(name.split(" ")[0] ?? "");
        const again = parseMessage(serializeMessage(first));
        expect(again.ok && { ...again.message, headers: again.message.headers.size }).toEqual({
            ...first,
            // An absent Content-Length is added on writing.
            headers: first.headers.size + (first.headers.has("Content-Length") ? 0 : 1),
        });
    },
);

test("wsinv: white space and folding do not hide the values", () => {
    const { headers } = read("wsinv");
    expect(headers.list("Via").map((via) => parseVia(via))).toEqual([
        { transport: "UDP", host: "192.0.2.2", params: new Map([["branch", "390skdjuw"]]) },
        { transport: "TCP", host: "spindle.example.com", params: new Map([["branch", "z9hG4bK9ikj8"]]) },
        { transport: "UDP", host: "192.168.255.111", params: new Map([["branch", "z9hG4bK30239"]]) },
    ]);
    const from = parseNameAddr(headers.get("From") ?? "");
    expect(from?.displayName).toBe('J Rosenberg \\"');
    expect(from && tagOf(from)).toBe("98asjd8");
    expect(parseCSeq(headers.get("CSeq") ?? "")).toEqual({ number: 9, method: "INVITE" });
    expect(headers.get("NewFangledHeader")).toBe("newfangled value continued newfangled value");
    expect(headers.get("Subject")).toBe("");
    expect(parseNameAddr(headers.list("Contact")[0] ?? "")?.displayName).toBe('Quoted string ""');
});

test("intmeth: the user part of the Request-URI ends at the last possible place", () => {
    const message = read("intmeth");
    const uri = message.kind === "request" ? parseSipUri(message.uri) : undefined;
    expect(uri?.host).toBe("example.com");
    expect(uri?.user).toBe("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
    expect(uri?.password).toBe("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
});

test("esc01: escapes stay until they are asked for", () => {
    const message = read("esc01");
    const uri = message.kind === "request" ? parseSipUri(message.uri) : undefined;
    expect(uri?.user && unescapeUriPart(uri.user)).toBe("sips:user@example.com");
    expect(uri?.host).toBe("example.net");
});

test("esc02: escapes in header names and methods mean nothing", () => {
    const { headers } = read("esc02");
    expect(headers.all("Contact")).toHaveLength(2);
    expect(headers.get("C%6Fntact")).toBe("<sip:alias2@host2.example.com>");
});

test("semiuri: a semicolon in the user part starts no URI parameter", () => {
    const message = read("semiuri");
    const uri = message.kind === "request" ? parseSipUri(message.uri) : undefined;
    expect(uri).toEqual({
        scheme: "sip",
        user: "user;par=u%40example.net",
        host: "example.com",
        params: new Map(),
    });
});

test("badbranch: the magic cookie alone makes no branch unique", () => {
    const via = parseVia(read("badbranch").headers.list("Via")[0] ?? "");
    expect(isUniqueBranch((via && branchOf(via)) ?? "")).toBe(false);
});

test("cparam01 and cparam02: the parameter belongs to the header without brackets, to the URI with them", () => {
    const [bare, bracketed] = ["cparam01", "cparam02"].map((name) =>
        parseNameAddr(read(name).headers.list("Contact")[0] ?? ""),
    );
    expect(bare?.params.has("unknownparam")).toBe(true);
    expect(bracketed?.params.size).toBe(0);
});

test("mpart01: the body is handed on byte by byte, whatever is not text in it", () => {
    const { body } = read("mpart01");
    expect(body.length).toBe(553);
    // The serial number of the signer's certificate, among them NUL.
    expect(body.includes(Buffer.from("020801950071023301", "hex"))).toBe(true);
});

test("longreq: each of the 34 Via is one, however it is spelled", () => {
    const hosts = read("longreq")
        .headers.list("Via")
        .map((via) => parseVia(via)?.host);
    expect(hosts).toEqual([...Array.from({ length: 33 }, (_, n) => `sip${33 - n}.example.com`), "host.example.com"]);
});
