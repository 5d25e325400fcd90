import type { MediaTransport } from "../../../lib/call/vocabulary.ts";
import { describe, expect, test } from "vitest";
import { type PartyDescription, readParty } from "../../../lib/sdp/PartyDescription.ts";
import { present, type Presentation } from "../../../lib/sdp/presentation.ts";
import { parseDescription, writeDescription } from "../../../lib/sdp/sessionDescription.ts";
import { captured, phone } from "../../support/descriptions.ts";

const fingerprint = "a=fingerprint:sha-256 AB:CD";

/** What rtpengine 10.5 writes towards a browser, with a phone's leftovers. */
const engineForBrowser = phone({
    protocol: "UDP/TLS/RTP/SAVPF",
    more: [
        "a=mid:1",
        "a=rtcp-mux",
        "a=setup:actpass",
        fingerprint,
        "a=ice-ufrag:Uf",
        "a=ice-pwd:Pw",
        "a=ice-options:trickle",
        "a=candidate:1 1 UDP 2130706431 192.0.2.1 30000 typ host",
        "a=x-unknown:leftover",
    ],
});

/** What it writes towards a phone, with a browser's leftovers. */
const engineForPhone = captured("chromium-156-audio-offer")
    .replace("UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126", "RTP/AVP 9 8 0 110 126")
    .replace("m=audio 9", "m=audio 30000")
    .replace(/^a=(ice|fingerprint|setup|rtcp-mux).*\r\n/gm, "");

function presented(sdp: string, kind: MediaTransport, answering?: PartyDescription): Presentation {
    const description = parseDescription(sdp);
    if (description === undefined) throw new Error("unreadable");
    return present(description, kind, answering && { said: answering, role: "answer" });
}

function textOf(presentation: Presentation): string {
    if (presentation.kind === "unusable") throw new Error(presentation.lacking.join());
    return writeDescription(presentation.description);
}

function partyOf(sdp: string): PartyDescription {
    const reading = readParty(sdp, "rtp");
    if (reading.kind !== "usable") throw new Error(reading.kind);
    return reading.party;
}

describe("towards a browser", () => {
    test("an offer bundles, names the one stream and ends the candidates", () => {
        const lines = textOf(presented(engineForBrowser, "webrtc")).split("\r\n");
        expect(lines).toEqual(
            expect.arrayContaining([
                "a=group:BUNDLE 1",
                "a=mid:1",
                "a=msid:sipms sipaudio",
                "a=end-of-candidates",
                fingerprint,
            ]),
        );
        expect(lines).not.toContain("a=x-unknown:leftover");
        expect(lines).toContain("s=-");
    });

    test("an answer has the offer's mids and sections in their order", () => {
        const layout = partyOf(
            captured("chromium-156-audio-video-data-offer").replace(
                /(m=audio[^]*?)(m=video[^]*?)(m=application[^]*)/,
                "$2$1$3",
            ),
        );
        const lines = textOf(presented(engineForBrowser, "webrtc", layout)).split("\r\n");
        expect(lines.filter((line) => /^(m=|a=mid|a=group)/.test(line))).toEqual([
            "a=group:BUNDLE 0",
            "m=video 0 UDP/TLS/RTP/SAVPF 96",
            "a=mid:1",
            "m=audio 40000 UDP/TLS/RTP/SAVPF 0 8 101",
            "a=mid:0",
            "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
            "a=mid:2",
        ]);
    });

    test("an answer to an offer without a bundle has none", () => {
        const layout = partyOf(captured("chromium-156-audio-offer").replace(/a=group.*\r\n/, ""));
        expect(textOf(presented(engineForBrowser, "webrtc", layout))).not.toContain("a=group");
    });

    test.each([
        [/a=rtcp-mux\r\n/, "rtcp-mux"],
        [/a=fingerprint.*\r\n/, "fingerprint"],
        [/a=setup.*\r\n/, "setup"],
        [/a=ice-pwd.*\r\n/, "ice-ufrag"],
        [/a=candidate.*\r\n/, "candidate"],
        [/ 0 8 101/, "codec"],
    ])("refuses to present what lacks %s", (pattern, lacking) => {
        expect(presented(engineForBrowser.replace(pattern, ""), "webrtc")).toEqual({
            kind: "unusable",
            lacking: [lacking],
        });
    });
});

describe("towards a phone", () => {
    test("nothing of the browser is left", () => {
        const lines = textOf(presented(engineForPhone, "rtp")).split("\r\n");
        expect(lines.filter((line) => line.startsWith("a="))).toEqual([
            "a=rtpmap:9 G722/8000",
            "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:126 telephone-event/8000",
            "a=rtcp:9 IN IP4 0.0.0.0",
            "a=sendrecv",
        ]);
    });

    test("telephone events go with the clock of a voice codec", () => {
        expect(textOf(presented(engineForPhone, "rtp"))).toContain("m=audio 30000 RTP/AVP 9 8 0 126\r\n");
    });

    test("SRTP needs a key and keeps it", () => {
        expect(presented(phone({ protocol: "RTP/SAVP" }), "srtp")).toEqual({ kind: "unusable", lacking: ["crypto"] });
        const keyed = phone({
            protocol: "RTP/SAVP",
            more: ["a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc", fingerprint],
        });
        const text = textOf(presented(keyed, "srtp"));
        expect(text).toContain("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc");
        expect(text).not.toContain("fingerprint");
        expect(textOf(presented(keyed, "rtp"))).not.toContain("crypto");
    });

    test("a turned-down section is no description", () => {
        expect(presented(phone({ port: 0 }), "rtp")).toEqual({ kind: "unusable", lacking: ["port"] });
    });
});
