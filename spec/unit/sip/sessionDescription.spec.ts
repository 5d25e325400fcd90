import { describe, expect, test } from "vitest";
import { isSameSession, sessionDescriptionIn, SYNTHETIC_OFFER } from "../../../lib/sip/sessionDescription.ts";

const head = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"];
const audio = ["m=audio 40000 RTP/AVP 0 8", "a=rtpmap:0 PCMU/8000"];

function sdp(...lines: string[]): string {
    return `${lines.join("\r\n")}\r\n`;
}

function kindOf(body: string, type?: string): string {
    const description = sessionDescriptionIn(type, body);
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
        ["SAVPF with SDES", sdp(...head, "m=audio 4000 RTP/SAVPF 0"), "srtp"],
        ["old WebRTC", sdp(...head, "m=audio 4000 RTP/SAVPF 0", "a=fingerprint:sha-256 AA", "a=ice-ufrag:u"), "webrtc"],
        ["WebRTC", sdp(...head, "m=audio 9 UDP/TLS/RTP/SAVPF 111"), "webrtc"],
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
        ["no origin", sdp("v=0", "s=-", ...audio), "malformed"],
        ["a line that is none", sdp(...head, "hello", ...audio), "malformed"],
        ["a media line without formats", sdp(...head, "m=audio 4000 RTP/AVP"), "malformed"],
        ["not SDP", "<xml/>", "malformed"],
        ["too many lines", sdp(...head, ...audio, ...Array.from({ length: 1000 }, () => "a=x")), "malformed"],
        ["too much", sdp(...head, ...audio, `a=${"x".repeat(40_000)}`), "malformed"],
    ])("%s", (_, body, expected) => {
        expect(kindOf(body)).toBe(expected);
    });

    test("comes out with proper line ends, whatever it came with", () => {
        const description = sessionDescriptionIn(undefined, `${[...head, ...audio].join("\n")}\n\n`);
        expect(description).toMatchObject({ kind: "given", sdp: sdp(...head, ...audio) });
    });
});

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

    test.each([
        ["application/sdp", body, "rtp"],
        ["Application/SDP; charset=utf-8", body, "rtp"],
        ["application/isup", "binary", "foreign"],
        ['multipart/mixed; boundary="un;ique"', parts("un;ique"), "rtp"],
        ["multipart/mixed;boundary=b1", parts("b1"), "rtp"],
        ["multipart/mixed;boundary=b1", parts("b2"), "foreign"],
        ["multipart/mixed", parts("b1"), "foreign"],
        ["multipart/mixed;boundary=b1", "--b1\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b1--", "foreign"],
    ])("%s", (type, text, expected) => {
        expect(kindOf(text, type)).toBe(expected);
    });
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
