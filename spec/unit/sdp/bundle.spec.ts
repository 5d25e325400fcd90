import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bundled, unbundled } from "../../../lib/sdp/bundle.ts";
import { payloadsOf } from "../../../lib/sdp/codecs.ts";
import { distinctNumbers, inverse, renumbered } from "../../../lib/sdp/payloadNumbers.ts";
import { type PartyDescription, readParty } from "../../../lib/sdp/PartyDescription.ts";
import { parseDescription, type Section, writeDescription } from "../../../lib/sdp/sessionDescription.ts";
import { captured, phone } from "../../support/descriptions.ts";

function read(sdp: string): PartyDescription {
    const reading = readParty(sdp, "rtp", "carried");
    if (reading.kind !== "usable") throw new Error(reading.kind);
    return reading.party;
}

const browser = read(captured("chromium-156-audio-video-data-offer"));

const videoOf = (...payloads: readonly number[]): Section => {
    const lines = payloads.flatMap((payload) => [
        `a=rtpmap:${payload} VP8/90000`,
        `a=fmtp:${payload} max-fr=30`,
        `a=rtcp-fb:${payload} nack pli`,
    ]);
    const sections = [`m=video 40002 RTP/AVP ${payloads.join(" ")}`, ...lines];
    const section = parseDescription(phone({ sections }))?.media[1];
    if (section === undefined) throw new Error("no video");
    return section;
};

describe("a bundle", () => {
    test("is one section with the formats of all streams, on the first one's transport", () => {
        const lines = writeDescription(bundled(browser.description)).split("\r\n");
        expect(lines.filter((line) => /^(m=|a=rtpmap:(0|96)|a=sendrecv|a=mid)/.test(line))).toEqual([
            "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126 96 102 108",
            "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:96 VP8/90000",
            "a=mid:0",
            "a=sendrecv",
        ]);
    });

    test.each([
        ["sendonly", "recvonly", "sendrecv"],
        ["sendonly", "sendonly", "sendonly"],
        ["inactive", "recvonly", "recvonly"],
        ["inactive", "inactive", "inactive"],
    ] as const)("flows in each direction in which a stream flows: %s and %s is %s", (one, other, expected) => {
        const [voice, video] = browser.description.media as [Section, Section];
        const media = [
            { ...voice, direction: one },
            { ...video, direction: other },
        ];
        expect(bundled({ ...browser.description, media }).media[0]?.direction).toBe(expected);
    });

    test("is divided into streams on one transport; a rejected one stays rejected", () => {
        const { media } = browser.description;
        const [carrier] = bundled(browser.description).media as [Section];
        const rejectedVideo = { ...videoOf(96), port: 0 };
        const streams = unbundled({ ...carrier, port: 30_000 }, [...media, rejectedVideo]);
        expect(streams.map(({ type, port, payloads }) => [type, port, payloads])).toEqual([
            ["audio", 30_000, media[0]?.payloads],
            ["video", 30_000, "96 102 108"],
            ["video", 0, "96"],
        ]);
        expect(streams[1]).toMatchObject({ iceUfrag: "tMlj", rtcpFb: media[1]?.rtcpFb });
    });
});

describe("payload types in a bundle", () => {
    const voice = (payloads: string): Section => read(phone({ payloads, formats: [] })).streams[0];

    test("stay unless another stream has them", () => {
        expect(distinctNumbers(videoOf(96), [voice("0 8")], new Map())).toEqual(new Map());
        expect(distinctNumbers(videoOf(96), [voice("0 96 97")], new Map())).toEqual(new Map([[96, 98]]));
    });

    test("stay what they were in the call", () => {
        expect(distinctNumbers(videoOf(96), [voice("0 8")], new Map([[96, 98]]))).toEqual(new Map([[96, 98]]));
    });

    test("are replaced in all attributes, and back", () => {
        const numbers = new Map([[96, 98]]);
        expect(renumbered(videoOf(96, 97), numbers)).toEqual({ ...videoOf(98, 97) });
        expect(renumbered(videoOf(98, 97), inverse(numbers))).toEqual({ ...videoOf(96, 97) });
    });

    test("are never the same in two streams", () => {
        const number = fc.integer({ min: 0, max: 127 });
        fc.assert(
            fc.property(
                fc.uniqueArray(number, { minLength: 1, maxLength: 40 }),
                fc.uniqueArray(number),
                (own, others) => {
                    const audio = { ...videoOf(96), type: "audio", payloads: others.join(" ") };
                    const video = videoOf(...own);
                    const free = [...Array.from({ length: 128 }).keys()].filter(
                        (payload) => (payload >= 96 || (payload >= 35 && payload <= 63)) && !own.includes(payload),
                    );
                    const collisions = own.filter((payload) => others.includes(payload)).length;
                    fc.pre(free.filter((payload) => !others.includes(payload)).length >= collisions);
                    const inBundle = payloadsOf(renumbered(video, distinctNumbers(video, [audio], new Map())));
                    expect(new Set(inBundle).size).toBe(own.length);
                    expect(inBundle.filter((payload) => others.includes(payload))).toEqual([]);
                },
            ),
        );
    });
});
