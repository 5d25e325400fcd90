import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mustAskPeer } from "../../../lib/sdp/mustAskPeer.ts";
import { standInAnswer, type Party } from "../../../lib/sdp/Party.ts";
import { type PartyDescription, readParty } from "../../../lib/sdp/PartyDescription.ts";
import { present } from "../../../lib/sdp/presentation.ts";
import { isRejected } from "../../../lib/sdp/rejection.ts";
import { nextDescription, type SentDescription } from "../../../lib/sdp/SentDescription.ts";
import { parseDescription, type SessionDescription, writeDescription } from "../../../lib/sdp/sessionDescription.ts";
import { kindOf } from "../../../lib/sdp/streams.ts";
import { TALKS } from "../../../lib/sdp/Wish.ts";
import { captured, phone } from "../../support/descriptions.ts";

const browser = captured("chromium-156-audio-video-data-offer");
const h264 = (payload: number, mode: number, profile: string): string[] => [
    `a=rtpmap:${payload} H264/90000`,
    `a=fmtp:${payload} profile-level-id=${profile};packetization-mode=${mode}`,
];
const vp8 = ["m=video 40002 RTP/AVP 96", "a=rtpmap:96 VP8/90000"];
const videoPhone = (...more: string[]): string => phone({ sections: [...vp8, ...more] });

function read(sdp: string): PartyDescription {
    const reading = readParty(sdp, "rtp", "carried");
    if (reading.kind !== "usable") throw new Error(reading.kind);
    return reading.party;
}

function parsed(sdp: string): SessionDescription {
    const description = parseDescription(sdp);
    if (description === undefined) throw new Error("unreadable");
    return description;
}

function told(sdp: string, said?: PartyDescription, role: "offer" | "answer" = "answer"): SentDescription {
    const presentation = present(parsed(sdp), "rtp", said && { said, role });
    if (presentation.kind === "unusable") throw new Error(presentation.lacking.join());
    return nextDescription(1, presentation, undefined);
}

const linesOf = (description: SessionDescription, pattern: RegExp): string[] =>
    writeDescription(description)
        .split("\r\n")
        .filter((line) => pattern.test(line));

describe("the streams of a party", () => {
    test.each([
        ["a browser with a camera", browser, ["audio", "video"]],
        ["a phone with a camera", videoPhone(), ["audio", "video"]],
        ["a phone without", phone(), ["audio"]],
        [
            "video that is switched off",
            phone({ sections: ["m=video 0 RTP/AVP 96", "a=rtpmap:96 VP8/90000"] }),
            ["audio"],
        ],
        [
            "video of an unknown codec",
            phone({ sections: ["m=video 4 RTP/AVP 34", "a=rtpmap:34 H263/90000"] }),
            ["audio"],
        ],
        ["video with other protection", phone({ sections: ["m=video 4 RTP/SAVP 96", ...vp8.slice(1)] }), ["audio"]],
        ["video outside of the bundle", browser.replace("a=group:BUNDLE 0 1 2", "a=group:BUNDLE 0 2"), ["audio"]],
        ["fax and video", phone({ sections: ["m=image 4000 udptl t38", ...vp8] }), ["audio", "video"]],
    ])("%s", (_, sdp, kinds) => {
        expect(read(sdp).streams.map(kindOf)).toEqual(kinds);
    });

    test("video is not carried where it is not permitted", () => {
        const reading = readParty(browser, "webrtc", "rejected");
        expect(reading.kind === "usable" && reading.party.streams.map(kindOf)).toEqual(["audio"]);
    });

    test("a browser's video is reduced to what phones have", () => {
        const { description } = read(browser);
        expect(linesOf(description, /^m=video|^a=rtpmap:(96|102|108)/)).toEqual([
            "m=video 9 UDP/TLS/RTP/SAVPF 96 102 108",
            "a=rtpmap:96 VP8/90000",
            "a=rtpmap:102 H264/90000",
            "a=rtpmap:108 H264/90000",
        ]);
        expect(linesOf(description, /^a=rtcp-fb:96/)).toEqual([
            "a=rtcp-fb:96 ccm fir",
            "a=rtcp-fb:96 nack",
            "a=rtcp-fb:96 nack pli",
        ]);
    });

    test.each([
        ["packetization mode 1 is preferred", [h264(97, 0, "42e01f"), h264(98, 1, "42e01f")], "98"],
        ["mode 0 is kept if there is no other", [h264(97, 0, "42e01f")], "97"],
        ["a baseline profile is preferred", [h264(97, 1, "640028"), h264(98, 1, "42801e")], "98"],
        ["another profile is kept if there is no other", [h264(97, 1, "640028")], "97"],
        ["two variants are enough", [h264(97, 1, "42e01f"), h264(98, 1, "42001f"), h264(99, 1, "42801f")], "97 98"],
    ])("H.264: %s", (_, variants, payloads) => {
        const all = variants.flatMap((lines) => lines[0]?.match(/\d+/)?.[0] ?? []);
        const sdp = phone({ sections: [`m=video 40002 RTP/AVP ${all.join(" ")}`, ...variants.flat()] });
        expect(read(sdp).streams[1]?.payloads).toBe(payloads);
    });
});

describe("a description for a party with video", () => {
    const engine = phone({
        protocol: "RTP/AVPF",
        sections: ["m=video 50002 RTP/AVPF 96", "b=AS:512", "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack pli"],
    });

    test("names feedback and bandwidth, in the profile that every phone accepts", () => {
        expect(linesOf(told(engine).description, /^m=|^b=|^a=rtcp-fb/)).toEqual([
            "m=audio 40000 RTP/AVP 0 8 101",
            "m=video 50002 RTP/AVP 96",
            "b=AS:512",
            "a=rtcp-fb:96 nack pli",
        ]);
    });

    test("answers in the profile of the offer", () => {
        const offer = read(phone({ sections: ["m=video 40002 RTP/AVPF 96", ...vp8.slice(1)] }));
        expect(linesOf(told(engine, offer).description, /^m=/)).toEqual([
            "m=audio 40000 RTP/AVP 0 8 101",
            "m=video 50002 RTP/AVPF 96",
        ]);
    });

    test.each([
        ["has no codec of the offer", engine.replace("VP8", "H264")],
        ["is rejected", engine.replace("m=video 50002", "m=video 0")],
        ["is missing", phone()],
    ])("rejects the stream in its place if it %s, and the voice goes on", (_, sdp) => {
        expect(linesOf(told(sdp, read(videoPhone())).description, /^m=/)).toEqual([
            "m=audio 40000 RTP/AVP 0 8 101",
            "m=video 0 RTP/AVP 96",
        ]);
    });

    test("adds the stream behind the others, or in a place that was rejected", () => {
        const withFax = read(phone({ sections: ["m=image 4000 udptl t38"] }));
        expect(linesOf(told(engine, withFax, "offer").description, /^m=/)).toEqual([
            "m=audio 40000 RTP/AVP 0 8 101",
            "m=image 0 udptl t38",
            "m=video 50002 RTP/AVP 96",
        ]);
        const refused = read(phone({ sections: ["m=video 0 RTP/AVP 34", "m=image 4000 udptl t38"] }));
        expect(linesOf(told(engine, refused, "offer").description, /^m=/)).toEqual([
            "m=audio 40000 RTP/AVP 0 8 101",
            "m=video 50002 RTP/AVP 96",
            "m=image 0 udptl t38",
        ]);
    });

    test("adds no stream that is not in the offer, if it is an answer", () => {
        expect(linesOf(told(engine, read(phone())).description, /^m=/)).toEqual(["m=audio 40000 RTP/AVP 0 8 101"]);
    });

    test("has a browser's video as inactive once a phone rejects it", () => {
        const said = read(browser);
        const web = "UDP/TLS/RTP/SAVPF";
        const carrier = ["a=rtcp-mux", "a=setup:active", "a=fingerprint:sha-256 AB:CD", "a=ice-ufrag:U", "a=ice-pwd:P"];
        const candidate = "a=candidate:1 1 UDP 2130706431 192.0.2.1 30000 typ host";
        const more = [...carrier, candidate];
        const video = [`m=video 40000 ${web} 96`, "a=rtpmap:96 VP8/90000", ...more];
        const presented = (sdp: string, before?: SentDescription): SentDescription => {
            const presentation = present(parsed(sdp), "webrtc", { said, role: "answer", before });
            if (presentation.kind === "unusable") throw new Error(presentation.lacking.join());
            return nextDescription(1, presentation, before);
        };
        const before = presented(phone({ protocol: web, more, sections: video }));
        const off = [`m=video 0 ${web} 96`];
        const lines = linesOf(
            presented(phone({ protocol: web, more, sections: off }), before).description,
            /^m=video|^a=(group|inactive)/,
        );
        expect(lines).toEqual(["a=group:BUNDLE 0 1", `m=video 40000 ${web} 96`, "a=inactive"].concat("a=inactive"));
        expect(linesOf(presented(phone({ protocol: web, more, sections: off })).description, /^m=video/)).toEqual([
            `m=video 0 ${web} 96`,
        ]);
    });

    test("has a mid of its own for a browser", () => {
        const web = (kind: string, port: number): string[] => [
            `m=${kind} ${port} UDP/TLS/RTP/SAVPF ${kind === "audio" ? "0" : "96"}`,
            "a=mid:1",
            "a=rtcp-mux",
            "a=setup:actpass",
            "a=fingerprint:sha-256 AB:CD",
            "a=ice-ufrag:Uf",
            "a=ice-pwd:Pw",
            "a=candidate:1 1 UDP 2130706431 192.0.2.1 30000 typ host",
        ];
        const head = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0"];
        const sdp = [...head, ...web("audio", 5), ...web("video", 5), "a=rtpmap:96 VP8/90000", ""].join("\r\n");
        const presentation = present(parsed(sdp), "webrtc");
        if (presentation.kind === "unusable") throw new Error(presentation.lacking.join());
        expect(linesOf(presentation.description, /^a=(group|mid|msid)/)).toEqual([
            "a=group:BUNDLE 1 video0",
            "a=mid:1",
            "a=msid:sipms sipaudio",
            "a=mid:video0",
            "a=msid:sipms sipvideo",
        ]);
    });
});

describe("a change of the streams", () => {
    const party = (sdp: string): Party => ({ said: read(sdp), wish: TALKS, told: told(sdp) });
    const asks = (from: string, to: string): boolean =>
        mustAskPeer({ offer: { said: read(to), wish: TALKS }, before: party(from), peer: party(videoPhone()) });

    test.each([
        ["adds video", phone(), videoPhone(), true],
        ["removes video", videoPhone(), phone({ sections: ["m=video 0 RTP/AVP 96"] }), true],
        ["turns the camera off", videoPhone(), videoPhone("a=recvonly"), true],
        ["moves the media", videoPhone(), videoPhone().replaceAll("127.0.0.1", "127.0.0.2"), false],
    ])("that %s: the other party is asked: %s", (_, from, to, asked) => {
        expect(asks(from, to)).toBe(asked);
    });

    test("is answered for a party without video by rejecting that stream", () => {
        const offered = parsed(videoPhone()).media;
        const answer = standInAnswer(party(phone()), offered, "none");
        expect(answer?.media.map(({ type, port }) => `${type} ${port}`)).toEqual(["audio 40000", "video 0"]);
        const both = standInAnswer(party(videoPhone("a=sendonly")), offered, "none");
        expect(both?.media.map(({ type, port }) => `${type} ${port}`)).toEqual(["audio 40000", "video 40002"]);
    });
});

test("an answer has the places of the offer, and only streams that both have", () => {
    const section = fc.constantFrom(
        ["m=video 40002 RTP/AVP 96", "a=rtpmap:96 VP8/90000"],
        ["m=video 0 RTP/AVP 34"],
        ["m=image 4000 udptl t38"],
        ["m=audio 40004 RTP/AVP 8"],
        ["m=application 4002 UDP/BFCP *"],
    );
    fc.assert(
        fc.property(fc.array(section, { maxLength: 6 }), fc.boolean(), (sections, accepts) => {
            const offer = phone({ sections: sections.flat() });
            const hasVideo = accepts && sections.some(([first = ""]) => first.startsWith("m=video 40002"));
            const { media } = told(hasVideo ? videoPhone() : phone(), read(offer)).description;
            expect(media.map(({ type }) => type)).toEqual(parsed(offer).media.map(({ type }) => type));
            const active = media.filter((answered) => !isRejected(answered)).map(({ type }) => type);
            expect(active).toEqual(hasVideo ? ["audio", "video"] : ["audio"]);
        }),
    );
});
