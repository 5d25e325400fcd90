import { describe, expect, it } from "vitest";
import { voiceOf, type WithStreams } from "../../../lib/sdp/streams.ts";
import { eventsNumberIn, withEventsIn, withOfferedDigits, withUsualDigits } from "../../../lib/sdp/digits.ts";
import { type PartyDescription, readParty } from "../../../lib/sdp/PartyDescription.ts";
import type { SessionDescription } from "../../../lib/sdp/sessionDescription.ts";
import { captured, phone } from "../../support/descriptions.ts";

function read(sdp: string): PartyDescription {
    const reading = readParty(sdp, "rtp");
    if (reading.kind !== "usable") throw new Error(reading.kind);
    return reading.party;
}

/** A phone whose telephone events have this payload type. */
const phoneWith = (payload: number): PartyDescription =>
    read(
        phone({
            payloads: `8 ${payload}`,
            formats: ["a=rtpmap:8 PCMA/8000", `a=rtpmap:${payload} telephone-event/8000`],
        }),
    );

const browser = read(captured("chromium-156-audio-offer"));

function payloadsOf(party: WithStreams): string[] {
    return voiceOf(party)
        .rtp.filter(({ codec }) => codec === "telephone-event")
        .map(({ payload, rate }) => `${payload}/${rate}`);
}

describe("a browser's offer to a phone", () => {
    it("names 101 for telephone events at 8000 Hz, and leaves the others", () => {
        const offer = withUsualDigits(browser, undefined);
        expect(payloadsOf(offer)).toEqual(["110/48000", "101/8000"]);
        expect(voiceOf(offer).payloads?.split(" ")).toContain("101");
        expect(voiceOf(offer).payloads?.split(" ")).not.toContain("126");
        expect(offer.description.media).toEqual([voiceOf(offer)]);
    });

    it("keeps the number that was agreed on before", () => {
        expect(payloadsOf(withUsualDigits(browser, voiceOf(phoneWith(96))))).toEqual(["110/48000", "96/8000"]);
    });

    it("stays as it is if another codec of any stream has the number", () => {
        const video = "m=video 9 UDP/TLS/RTP/SAVPF 101\r\na=rtpmap:101 VP8/90000\r\na=mid:v\r\n";
        const offer = read(captured("chromium-156-audio-offer") + video);
        expect(withUsualDigits(offer, undefined)).toBe(offer);
    });
});

describe("a phone's answer", () => {
    it("is renumbered if it names another number for telephone events than the offer", () => {
        expect(payloadsOf(withOfferedDigits(phoneWith(96), voiceOf(phoneWith(101))))).toEqual(["101/8000"]);
    });

    it("stays as it is if the numbers agree, or the offered one is in use", () => {
        const same = phoneWith(101);
        expect(withOfferedDigits(same, voiceOf(phoneWith(101)))).toBe(same);
        expect(withOfferedDigits(same, voiceOf(phoneWith(8)))).toBe(same);
    });
});

describe("a phone's description with telephone events that the phone does not have", () => {
    const says = (payloads: string, formats: readonly string[]): SessionDescription =>
        read(phone({ payloads, formats })).description;
    const plain = says("8", ["a=rtpmap:8 PCMA/8000"]);

    it("has them with 101, behind the phone's own codecs", () => {
        expect(eventsNumberIn(plain)).toBeUndefined();
        const [voice] = withEventsIn(plain).media;
        expect(eventsNumberIn(withEventsIn(plain))).toBe(101);
        expect(voice).toMatchObject({ payloads: "8 101", fmtp: [{ payload: 101, config: "0-15" }] });
    });

    it("has them with a free number if another codec has 101", () => {
        expect(eventsNumberIn(withEventsIn(says("101", ["a=rtpmap:101 opus/48000/2"])))).toBe(96);
    });

    it("has them with the number that they had in the offer", () => {
        expect(eventsNumberIn(withEventsIn(plain, 97))).toBe(97);
    });

    it("stays as it is if another codec has that number, or if it has telephone events", () => {
        const opus = says("97", ["a=rtpmap:97 opus/48000/2"]);
        expect(withEventsIn(opus, 97)).toBe(opus);
        const own = phoneWith(96).description;
        expect(withEventsIn(own)).toBe(own);
    });
});
