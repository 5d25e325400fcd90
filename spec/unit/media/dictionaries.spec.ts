import { describe, expect, test } from "vitest";
import { answerDictionary, answerTo, firstOffer, furtherOffer, offerDictionary } from "../../../lib/media/exchanges.ts";
import { networksOf } from "../../../lib/media/mediaProfiles.ts";
import { RTPENGINE_DEFAULTS } from "../../../lib/media/RtpengineOptions.ts";
import type { Party } from "../../../lib/sdp/Party.ts";
import { readParty, type PartyDescription } from "../../../lib/sdp/PartyDescription.ts";
import { TALKS } from "../../../lib/sdp/Wish.ts";
import { parseDescription } from "../../../lib/sdp/sessionDescription.ts";
import { browserAnswer, captured, phone } from "../../support/descriptions.ts";

function read(sdp: string): PartyDescription {
    const reading = readParty(sdp, "rtp");
    if (reading.kind !== "usable") throw new Error(reading.kind);
    return reading.party;
}

/** It was told what it said. */
function party(sdp: string): Party {
    const description = parseDescription(sdp);
    const section = description?.media[0];
    if (description === undefined || section === undefined) throw new Error("unusable");
    return { said: read(sdp), wish: TALKS, told: { sdp: phone(), description, streams: [section] } };
}

const browser = read(captured("chromium-156-audio-offer"));
const handset = read(phone());
const secure = read(phone({ protocol: "RTP/SAVP", more: ["a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc"] }));
const opusClient = read(
    browserAnswer({ mid: "0", payloads: "111", formats: ["a=rtpmap:111 opus/48000/2", "a=setup:actpass"] }),
);
const { codecs } = RTPENGINE_DEFAULTS;

const toBrowser = {
    "transport protocol": "UDP/TLS/RTP/SAVPF",
    ICE: "force",
    SDES: ["off"],
    flags: ["generate mid", "no rtcp attribute", "trust address"],
    replace: ["origin"],
};
const toPhone = {
    "transport protocol": "RTP/AVP",
    ICE: "remove",
    "rtcp-mux": ["demux"],
    SDES: ["off"],
    flags: ["trust address"],
    replace: ["origin"],
};
const offer = { supports: ["load limit"] };

test("a phone's offer to a browser", () => {
    expect(offerDictionary(firstOffer(handset, "webrtc", codecs))).toEqual({
        ...offer,
        ...toBrowser,
        "rtcp-mux": ["offer", "require"],
        flags: [...toBrowser.flags, "strip extmap"],
        codec: {
            strip: ["all"],
            except: ["opus", "G722", "PCMA", "PCMU", "telephone-event"],
            transcode: ["opus"],
        },
    });
});

test("a browser's answer to a phone", () => {
    expect(answerDictionary(answerTo(handset, "target", "webrtc", browser.description))).toEqual(toPhone);
});

test("a browser's offer to a phone", () => {
    expect(offerDictionary(firstOffer(browser, "rtp", codecs))).toEqual({
        ...offer,
        ...toPhone,
        flags: ["trust address", "strip extmap"],
        "DTLS-reverse": "passive",
        codec: { strip: ["all"], offer: ["G722", "PCMA", "PCMU", "opus", "telephone-event"] },
    });
});

test("a phone's answer to a browser", () => {
    expect(answerDictionary(answerTo(browser, "target", "rtp", handset.description))).toEqual({
        ...toBrowser,
        "rtcp-mux": ["require"],
        DTLS: "passive",
    });
});

describe("SRTP", () => {
    test("is offered with keys in the description, and without DTLS", () => {
        const dictionary = offerDictionary(firstOffer(browser, "srtp", codecs));
        expect(dictionary).toMatchObject({ "transport protocol": "RTP/SAVP", DTLS: "off" });
        expect(dictionary["SDES"]).toContain("pad");
        expect(dictionary["SDES"]).not.toContain("off");
    });

    test("is answered with it", () => {
        expect(answerDictionary(answerTo(secure, "target", "webrtc", browser.description))).toMatchObject({
            "transport protocol": "RTP/SAVP",
        });
    });
});

describe("codecs", () => {
    test.each([
        [
            "opus for a phone, where it is wanted",
            browser,
            "rtp",
            { codec: { strip: ["all"], offer: ["opus", "PCMA"] } },
        ],
        [
            "G.711 by transcoding for a phone, if a client has Opus alone",
            opusClient,
            "rtp",
            { codec: { mask: ["all"], transcode: ["opus", "PCMA"] } },
        ],
        [
            "no Opus by transcoding for a browser, if a phone has it",
            read(phone({ payloads: "96 0", formats: ["a=rtpmap:96 opus/48000"] })),
            "webrtc",
            { codec: { strip: ["all"], except: ["opus", "G722", "PCMA", "PCMU", "telephone-event"] } },
        ],
        ["between phones, all", handset, "rtp", {}],
        ["between browsers, all", browser, "webrtc", {}],
        [
            "a phone with G.729 only, transcoded",
            read(phone({ payloads: "18 101" })),
            "webrtc",
            { codec: { mask: ["G729"], transcode: ["opus", "PCMA"] } },
        ],
    ] as const)("%s", (_, from, towards, expected) => {
        const dictionary = offerDictionary(firstOffer(from, towards, { ...codecs, towardsSip: ["opus", "PCMA"] }));
        expect("codec" in dictionary ? { codec: dictionary["codec"] } : {}).toEqual(expected);
    });
});

test.each([
    ["AMR", ["a=rtpmap:96 AMR/8000"], "AMR"],
    ["AMR-WB", ["a=rtpmap:96 AMR-WB/16000"], "AMR-WB"],
    ["iLBC", ["a=rtpmap:96 iLBC/8000"], "iLBC"],
    ["G.726", ["a=rtpmap:96 G726-32/8000"], "G726-32"],
    ["linear samples", ["a=rtpmap:96 L16/16000"], "L16"],
])("refuses an offer of %s alone, which rtpengine cannot encode", (_, formats, name) => {
    const offered = read(phone({ payloads: "96 101", formats: [...formats, "a=rtpmap:101 telephone-event/8000"] }));
    expect(() => firstOffer(offered, "webrtc", codecs)).toThrow(`no codec can be used or transcoded: ${name}`);
});

test("an answer keeps to the transport of the offer", () => {
    const feedback = read(phone({ protocol: "RTP/AVPF" }));
    expect(answerDictionary(answerTo(feedback, "target", "webrtc", browser.description))).toMatchObject({
        "transport protocol": "RTP/AVPF",
    });
});

test("a further offer keeps to the transport the peer spoke, and says nothing of networks", () => {
    const peer = party(phone({ protocol: "RTP/AVPF" }));
    const dictionary = offerDictionary(furtherOffer("origin", browser, peer, codecs));
    expect(dictionary).toMatchObject({ "transport protocol": "RTP/AVPF", "DTLS-reverse": "passive" });
    expect(dictionary).not.toHaveProperty("direction");
});

test.each([
    ["goes on being sent as it is if the offer has it", "8 101", phone({ payloads: "8 0 101" }), undefined],
    ["is transcoded if the offer lacks it", "8 101", phone({ payloads: "0 101" }), ["PCMA"]],
    ["is left alone if its number is not its own", "96 101", phone({ payloads: "0 101" }), undefined],
])("what the peer of a further offer sends %s", (_, payloads, offered, transcode) => {
    const formats = ["a=rtpmap:8 PCMA/8000", "a=rtpmap:96 opus/48000/2", "a=rtpmap:101 telephone-event/8000"];
    const peer = party(phone({ payloads, formats }));
    const dictionary = offerDictionary(furtherOffer("origin", read(offered), peer, codecs));
    expect(dictionary["codec"]).toEqual(transcode && { transcode });
});

test.each([
    [handset, "webrtc", ["pub", "web"]],
    [browser, "rtp", ["web", "pub"]],
] as const)("the first offer says which network faces whom (%#)", (from, towards, direction) => {
    const { passage } = firstOffer(from, towards, codecs);
    expect(networksOf(passage, { sip: "pub", webrtc: "web" })).toEqual({ direction });
    expect(networksOf(passage, undefined)).toEqual({});
});
