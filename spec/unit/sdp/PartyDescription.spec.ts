import type { MediaTransport } from "../../../lib/call/vocabulary.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readParty, type PartyDescription } from "../../../lib/sdp/PartyDescription.ts";
import { writeDescription } from "../../../lib/sdp/sessionDescription.ts";
import { browserAnswer, captured, phone } from "../../support/descriptions.ts";

const chromium = captured("chromium-156-audio-offer");
const chromiumWithVideo = captured("chromium-156-audio-video-data-offer");
const optional = phone({ more: ["a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc"] });
const srtp = phone({ protocol: "RTP/SAVP", more: ["a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc"] });

function usable(sdp: string, atLeast: MediaTransport = "rtp"): PartyDescription {
    const reading = readParty(sdp, atLeast);
    if (reading.kind !== "usable") throw new Error(reading.kind);
    return reading.party;
}

const engineSees = (sdp: string): readonly string[] => writeDescription(usable(sdp).description).split("\r\n");

describe("which descriptions will do", () => {
    test.each([
        ["a phone", phone(), "rtp", "usable"],
        ["a phone with feedback", phone({ protocol: "RTP/AVPF" }), "rtp", "usable"],
        ["a phone with keys where none are asked for", srtp, "rtp", "usable"],
        ["a phone with keys", srtp, "srtp", "usable"],
        ["a phone without keys where they are", phone(), "srtp", "wrongTransport"],
        ["a phone with keys it may leave unused", optional, "srtp-optional", "usable"],
        ["a phone that leaves them unused", phone(), "srtp-optional", "usable"],
        ["keys that may be left unused where they must not", optional, "srtp", "wrongTransport"],
        ["SAVP without a key", phone({ protocol: "RTP/SAVP" }), "rtp", "wrongTransport"],
        ["a browser", chromium, "webrtc", "usable"],
        ["a phone in a browser's place", srtp, "webrtc", "wrongTransport"],
        ["fax", phone({ port: 0, sections: ["m=image 4000 udptl t38"] }), "rtp", "noAudio"],
        ["comfort noise only", phone({ payloads: "13", formats: [] }), "rtp", "noAudio"],
        ["payload types that say nothing", phone({ payloads: "96 97", formats: [] }), "rtp", "noAudio"],
        ["a static payload type without rtpmap", phone({ payloads: "8", formats: [] }), "rtp", "usable"],
        ["an unknown transport", phone({ protocol: "TCP/RTP/AVP" }), "rtp", "wrongTransport"],
        ["nothing", "", "rtp", "unreadable"],
        ["another text", "hello", "rtp", "unreadable"],
        ["no sections", "v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\ns=-\r\nt=0 0\r\n", "rtp", "noAudio"],
        ["no origin", "v=0\r\ns=-\r\nm=audio 1 RTP/AVP 0\r\n", "rtp", "usable"],
        ["more than a datagram", phone({ more: ["a=x:".padEnd(50_000, "x")] }), "rtp", "unreadable"],
        [
            "sections without end",
            phone({ sections: Array.from({ length: 40 }, () => "m=audio 0 RTP/AVP 0") }),
            "rtp",
            "unreadable",
        ],
    ] as const)("%s", (_, sdp, atLeast, kind) => {
        expect(readParty(sdp, atLeast).kind).toBe(kind);
    });

    test.each([
        ["rtp", phone()],
        ["srtp", srtp],
        ["srtp-optional", optional],
        ["webrtc", chromium],
        ["webrtc", browserAnswer({ mid: "0" })],
    ])("%s is recognised", (kind, sdp) => {
        expect(usable(sdp).transport).toBe(kind);
    });
});

describe("what the engine is given", () => {
    test("keys that may be left unused as those that may not", () => {
        expect(engineSees(optional)).toContainEqual(expect.stringMatching(/^m=audio \d+ RTP\/SAVP /));
    });

    test("one section, though there are three", () => {
        const lines = engineSees(chromiumWithVideo).filter((line) => line.startsWith("m="));
        expect(lines).toEqual([expect.stringMatching(/^m=audio 9 /)]);
    });

    test("the first audio section that is not turned down", () => {
        const sdp = phone({ port: 0, sections: ["m=audio 40010 RTP/AVP 8", "m=audio 40020 RTP/AVP 0"] });
        expect(engineSees(sdp)).toContain("m=audio 40010 RTP/AVP 8");
        expect(usable(sdp).layout.carried).toEqual([1]);
    });

    test("what the session's head says, in the section: Firefox writes it there", () => {
        const head = ["a=ice-options:trickle", "a=fingerprint:sha-256 AB:CD", "a=sendonly"];
        const sdp = browserAnswer({ mid: "0" })
            .replace(/^a=(ice-options|fingerprint|sendrecv).*\r\n/gm, "")
            .replace("t=0 0\r\n", `t=0 0\r\n${head.join("\r\n")}\r\n`);
        const lines = engineSees(sdp);
        for (const line of head)
            expect(lines.indexOf(line)).toBeGreaterThan(lines.findIndex((it) => it.startsWith("m=")));
    });

    test("a bundle-only section with a port", () => {
        expect(engineSees(chromium.replace("m=audio 9", "m=audio 0") + "a=bundle-only\r\n")).toContainEqual(
            expect.stringMatching(/^m=audio 9 /),
        );
    });

    test("no candidate that it cannot use", () => {
        const candidates = [
            "a=candidate:1 1 udp 1 192.0.2.7 5000 typ host",
            "a=candidate:2 1 tcp 1 192.0.2.7 9 typ host tcptype active",
            "a=candidate:3 1 udp 1 2f6ab1c0.local 5001 typ host",
        ];
        const lines = engineSees(`${chromium}${candidates.join("\r\n")}\r\n`);
        expect(lines.filter((line) => line.startsWith("a=candidate"))).toEqual(candidates.slice(0, 1));
    });

    test.each([
        [phone({ address: "0.0.0.0" }), "sendonly"],
        [phone({ address: "0.0.0.0", direction: "recvonly" }), "inactive"],
        [phone({ direction: "inactive" }), "inactive"],
        [phone(), "sendrecv"],
        [chromium, "sendrecv"],
    ])("a hold by address as a hold (%#)", (sdp, direction) => {
        expect(usable(sdp).streams[0].direction).toBe(direction);
    });
});

test("a bundle's other mids are this section's too", () => {
    expect(usable(chromiumWithVideo).mids).toEqual(["0", "1", "2"]);
    expect(usable(chromium).mids).toEqual(["0"]);
    expect(usable(phone()).mids).toEqual([]);
});

test("numbers where words belong do no harm", () => {
    const odd = chromium
        .replace(/a=ice-ufrag:.*/, "a=ice-ufrag:0012")
        .replace(/a=rtpmap:8 .*/, "a=rtpmap:8 123/8000")
        .concat("a=candidate:1 1 17 1 1234 5000 typ host\r\n");
    expect(usable(odd).streams[0]).toMatchObject({ iceUfrag: "0012", candidates: [] });
});

test("survives any damage to a description", () => {
    const damage = fc.tuple(
        fc.constantFrom(chromiumWithVideo, phone(), srtp),
        fc.array(fc.tuple(fc.nat(6_000), fc.string({ unit: "binary", maxLength: 8 }), fc.nat(40)), { maxLength: 8 }),
    );
    fc.assert(
        fc.property(damage, ([sdp, cuts]) => {
            const damaged = cuts.reduce<string>(
                (text, [at, put, cut]) => text.slice(0, at) + put + text.slice(at + cut),
                sdp,
            );
            const reading = readParty(damaged, "rtp");
            if (reading.kind === "usable") writeDescription(reading.party.description);
        }),
        { numRuns: 2_000 },
    );
});
