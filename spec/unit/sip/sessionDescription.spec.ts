import { describe, expect, test } from "vitest";
import { isSameSession } from "../../../lib/sdp/readDescription.ts";
import { SYNTHETIC_OFFER } from "../../../lib/sdp/syntheticOffer.ts";
import { sessionDescriptionIn } from "../../../lib/sip/sessionDescription.ts";

const head = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"];
const audio = ["m=audio 40000 RTP/AVP 0 8", "a=rtpmap:0 PCMU/8000"];

function sdp(...lines: string[]): string {
    return `${lines.join("\r\n")}\r\n`;
}

function kindOf(body: string, type?: string, more: Readonly<Record<string, string>> = {}): string {
    const headers = new Map(Object.entries({ ...(type !== undefined && { "content-type": type }), ...more }));
    const description = sessionDescriptionIn({ headers, body });
    return description.kind === "given" ? description.media : description.kind;
}

describe("what a body says", () => {
    test.each<[string, string, string]>([
        ["nothing", "", "none"],
        ["blank lines", "\r\n\r\n", "none"],
        ["plain audio", sdp(...head, ...audio), "rtp"],
        ["with line feeds only", [...head, ...audio].join("\n"), "rtp"],
        ["AVPF", sdp(...head, "m=audio 4000 RTP/AVPF 0"), "rtp"],
        ["SDES", sdp(...head, "m=audio 4000 RTP/SAVP 0", "a=crypto:1 x inline:y"), "srtp"],
        ["SAVPF with SDES", sdp(...head, "m=audio 4000 RTP/SAVPF 0", "a=crypto:1 x inline:y"), "srtp"],
        ["SAVP without keys", sdp(...head, "m=audio 4000 RTP/SAVP 0"), "noAudio"],
        ["SAVP without keys, then AVP", sdp(...head, "m=audio 4000 RTP/SAVP 0", "m=audio 4002 RTP/AVP 0"), "rtp"],
        ["optional keys", sdp(...head, "m=audio 4000 RTP/AVP 0", "a=crypto:1 x inline:y"), "srtp-optional"],
        ["old WebRTC", sdp(...head, "m=audio 4000 RTP/SAVPF 0", "a=fingerprint:sha-256 AA", "a=ice-ufrag:u"), "webrtc"],
        [
            "WebRTC",
            sdp(...head, "m=audio 9 UDP/TLS/RTP/SAVPF 0", "a=fingerprint:sha-256 AA", "a=ice-ufrag:u"),
            "webrtc",
        ],
        [
            "a fingerprint of the session",
            sdp(...head, "a=fingerprint:sha-256 AA", "a=ice-ufrag:u", "m=audio 4000 RTP/SAVPF 0"),
            "webrtc",
        ],
        ["video first", sdp(...head, "m=video 4002 RTP/AVP 96", ...audio), "rtp"],
        ["video only", sdp(...head, "m=video 4002 RTP/AVP 96"), "noAudio"],
        ["audio turned down", sdp(...head, "m=audio 0 RTP/AVP 0"), "noAudio"],
        ["fax", sdp(...head, "m=image 4000 udptl t38"), "noAudio"],
        ["audio over something odd", sdp(...head, "m=audio 4000 TCP/RTP/AVP 0"), "noAudio"],
        ["no media at all", sdp(...head), "noAudio"],
        ["an empty session name", sdp("v=0", "o=- 1 1 IN IP4 192.0.2.1", "s= ", "t=0 0", ...audio), "rtp"],
        ["another version", sdp("v=1", ...head.slice(1), ...audio), "malformed"],
        ["no origin", sdp("v=0", "s=-", ...audio), "rtp"],
        ["a line that is none", sdp(...head, "hello", ...audio), "rtp"],
        ["only a media line without formats", sdp(...head, "m=audio 4000 RTP/AVP"), "noAudio"],
        ["only a malformed media line", sdp(...head, "m=audio high RTP/AVP 0"), "noAudio"],
        ["not SDP", "<xml/>", "malformed"],
        ["too many lines", sdp(...head, ...audio, ...Array.from({ length: 2000 }, () => "a=x:1")), "malformed"],
        ["too much", sdp(...head, ...audio, `a=${"x".repeat(50_000)}`), "malformed"],
    ])("%s", (_, body, expected) => {
        expect(kindOf(body)).toBe(expected);
    });

    test.each([
        ["a stream that is switched off and has no formats", sdp(...head, ...audio, "m=video 0 RTP/AVP")],
        ["an audio stream that is switched off and has no formats", sdp(...head, "m=audio 0 RTP/AVP", ...audio)],
        ["a stream of an unknown kind without formats", sdp(...head, ...audio, "m=application 9 TCP/MRCPv2")],
        ["a number of ports", sdp(...head, "m=audio 40000/2 RTP/AVP 0")],
        ["blanks behind the version", sdp("v=0 ", ...head.slice(1), ...audio)],
        ["blanks behind every line", sdp(...[...head, ...audio].map((line) => `${line} \t`))],
        ["doubled carriage returns", sdp(...head, ...audio).replaceAll("\r\n", "\r\r\n")],
        ["a NUL at the end", `${sdp(...head, ...audio)}\0`],
        ["a blank line in the middle", sdp(...head, "", ...audio)],
        ["a blank line in front", `\r\n${sdp(...head, ...audio)}`],
        ["empty lines of every kind", sdp(...head, "i=", "u=", "e=", "p=", "b=", "k=", ...audio)],
        ["doubled blanks in the media line", sdp(...head, "m=audio  40000  RTP/AVP  0 8")],
        ["an origin that cannot be parsed", sdp("v=0", "o=my phone x y IN IP4 host", ...head.slice(2), ...audio)],
        ["a malformed media line of another stream", sdp(...head, ...audio, "m=video", "m=video high RTP/AVP 96")],
        ["formats that no RTP stream has", sdp(...head, "m=audio 40000 RTP/AVP 0 200 x -1")],
        ["words in small letters", sdp(...head, "c=in ip4 192.0.2.1", "m=AUDIO 40000 rtp/avp 0")],
        ["an address with a TTL", sdp(...head, "m=audio 40000 RTP/AVP 0", "c=IN IP4 192.0.2.1/127")],
        ["unknown kinds of lines", sdp(...head, "x=1", "y=2", ...audio)],
        [
            "letters of lines in capitals",
            sdp(...[...head, ...audio].map((line) => line.replace(/^./, (l) => l.toUpperCase()))),
        ],
        ["blanks around equals signs", sdp(...[...head, ...audio].map((line) => line.replace("=", " = ")))],
        ["a carriage return alone at the end of lines", sdp(...head, ...audio).replaceAll("\n", "")],
        ["a port that no stream has, before one that it has", sdp(...head, "m=audio 65536 RTP/AVP 0", ...audio)],
    ])("accepts %s", (_, body) => {
        expect(kindOf(body)).toBe("rtp");
    });

    test("comes out with proper line ends, whatever it came with", () => {
        const description = sessionDescriptionIn({ headers: new Map(), body: `${[...head, ...audio].join("\n")}\n\n` });
        expect(description).toMatchObject({ kind: "given", sdp: sdp(...head, ...audio) });
    });
});

test.each([
    ["IN IP6 [2001:db8::1]", "IN IP6 2001:db8::1"],
    ["IN IP4 2001:db8::1", "IN IP6 2001:db8::1"],
    ["IN IP6 192.0.2.1", "IN IP4 192.0.2.1"],
    ["IN IP4 192.0.2.1:4000", "IN IP4 192.0.2.1"],
    ["in ip4 media.example", "IN IP4 media.example"],
    ["IN IP6 media.example", "IN IP6 media.example"],
])("the connection %s is %s", (written, read) => {
    const body = sdp(...head, ...audio).replace("IN IP4 192.0.2.1\r\nt=", `${written}\r\nt=`);
    expect(sessionDescriptionIn({ headers: new Map(), body })).toMatchObject({
        sdp: expect.stringContaining(`\r\nc=${read}\r\n`) as string,
    });
});

test.each(["m=audio 65536 RTP/AVP 0", "m=audio 4000 RTP/SAVPF 0\r\na=ice-ufrag:u\r\na=fingerprint:sha-256 x"])(
    "a stream that rtpengine cannot read is none: %j",
    (line) => {
        expect(kindOf(sdp(...head, line))).toBe("noAudio");
    },
);

describe("the type of the body", () => {
    const body = sdp(...head, ...audio);
    const parts = (boundary: string): string =>
        [
            "preamble",
            `--${boundary}`,
            "Content-Type: application/pidf+xml",
            "",
            "<presence/>",
            `--${boundary}`,
            "content-type : application/SDP",
            "Content-Disposition: session",
            "",
            body,
            `--${boundary}--`,
            "",
        ].join("\r\n");

    const part = (boundary: string, type: string, content: string, ...headers: string[]): string =>
        [`--${boundary}`, `Content-Type: ${type}`, ...headers, "", content, `--${boundary}--`].join("\r\n");

    test("is the last one among alternatives that can be used", () => {
        const secure = sdp(...head, "m=audio 4000 RTP/SAVP 0", "a=crypto:1 x inline:y");
        const alternatives = [body, secure].map((each) => part("b", "application/sdp", each).replace("--b--", ""));
        expect(kindOf(`${alternatives.join("")}--b--`, "multipart/alternative;boundary=b")).toBe("srtp");
    });

    test.each([
        ["application/sdp", body, "rtp"],
        ["Application/SDP; charset=utf-8", body, "rtp"],
        ["application/isup", "binary", "foreign"],
        ['multipart/mixed; boundary="un;ique"', parts("un;ique"), "rtp"],
        ["multipart/mixed;boundary=b1", parts("b1"), "rtp"],
        ["multipart/mixed;boundary=b1", parts("b2"), "foreign"],
        ["multipart/mixed", parts("b1"), "foreign"],
        ["multipart/mixed;boundary=b1", "--b1\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b1--", "foreign"],
        ['multipart/mixed;boundary="b2"', part("b2", `multipart/related; boundary=b1`, parts("b1")), "rtp"],
        [
            "multipart/mixed;boundary=b1",
            part("b1", "application/sdp", Buffer.from(body).toString("base64"), "Content-Transfer-Encoding: base64"),
            "rtp",
        ],
        [
            "multipart/mixed;boundary=b1",
            part("b1", "application/sdp", body, "Content-Disposition: early-session"),
            "foreign",
        ],
        ["multipart/mixed;boundary=b1", part("b1", "application/sdp", body.replace("s=-", "s=--b1--")), "rtp"],
    ])("%s", (type, text, expected) => {
        expect(kindOf(text, type)).toBe(expected);
    });
});

test.each([
    ["render;handling=optional", "none"],
    ['render; x=y ; handling = "optional"', "none"],
    ["render;handling=required", "foreign"],
    ["render", "foreign"],
])("a body of an unknown type with the disposition %s is %s", (disposition, kind) => {
    expect(kindOf("hello", "application/x-foo", { "content-disposition": disposition })).toBe(kind);
});

describe("a session description with Content-Encoding", () => {
    const body = sdp(...head, ...audio);
    const type = "application/sdp";

    test.each(["gzip", "GZIP", "deflate", "identity, gzip", "br", "x"])("%s cannot be read", (encoding) => {
        expect(kindOf(body, type, { "content-encoding": encoding })).toBe("encoded");
    });

    test.each(["identity", " Identity ", "", ",", "identity,identity"])("%j can be read", (encoding) => {
        expect(kindOf(body, type, { "content-encoding": encoding })).toBe("rtp");
    });

    test("gzip counts as none if its sender does not need it", () => {
        const optional = { "content-encoding": "gzip", "content-disposition": "session;handling=optional" };
        expect(kindOf(body, type, optional)).toBe("none");
        expect(kindOf("", type, { "content-encoding": "gzip" })).toBe("none");
    });
});

test.each([
    ["session", "rtp"],
    ["render", "rtp"],
    ["Early-Session", "foreign"],
    ["early-session;handling=optional", "none"],
])("a session description with the disposition %s is %s", (disposition, kind) => {
    expect(kindOf(sdp(...head, ...audio), "application/sdp", { "content-disposition": disposition })).toBe(kind);
});

test("a session is the same if only its origin differs", () => {
    const one = sdp(...head, ...audio);
    expect(isSameSession(one, one.replace("o=- 1 1", "o=- 1 2").replaceAll("\r\n", "\n"))).toBe(true);
    expect(isSameSession(one, `${one}a=sendonly\r\n`)).toBe(false);
    expect(isSameSession(one, one.replace("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0"))).toBe(false);
});

test("the offer made for a caller who made none is one we would accept", () => {
    expect(kindOf(SYNTHETIC_OFFER)).toBe("rtp");
});
