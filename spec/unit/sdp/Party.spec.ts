import { describe, expect, test } from "vitest";
import {
    directionIn,
    flowOf,
    isHeardBy,
    keepsACodec,
    standInAnswer,
    voiceSentBy,
    type Party,
} from "../../../lib/sdp/Party.ts";
import { readParty } from "../../../lib/sdp/PartyDescription.ts";
import { parseDescription, type Section } from "../../../lib/sdp/sessionDescription.ts";
import { browserAnswer, phone } from "../../support/descriptions.ts";

const key = (id: number, suite: string, value: string): string => `a=crypto:${id} ${suite} inline:${value}`;
const [AES80, AES32] = ["AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"];

function sectionOf(sdp: string): Section {
    const section = parseDescription(sdp)?.media[0];
    if (section === undefined) throw new Error("no section");
    return section;
}

function party(said: string, told: string): Party {
    const reading = readParty(said, "rtp");
    const description = parseDescription(told);
    if (reading.kind !== "usable" || description === undefined) throw new Error("unusable");
    const wish = { direction: directionIn(reading.party), command: "none" } as const;
    return { said: reading.party, wish, told: { sdp: phone(), description, streams: [sectionOf(told)] } };
}

const answered = (it: Party, offered: string): Section | undefined =>
    standInAnswer(it, [sectionOf(offered)], "none")?.media[0];

describe("an answer in a party's name", () => {
    test.each([
        ["sendrecv", "sendrecv", "sendrecv"],
        ["sendrecv", "sendonly", "recvonly"],
        ["sendrecv", "inactive", "inactive"],
        ["sendonly", "sendrecv", "sendonly"],
        ["inactive", "sendonly", "inactive"],
    ] as const)("of one that is %s, to an offer that is %s, is %s", (own, offered, expected) => {
        const it = party(phone({ direction: own }), phone());
        expect(answered(it, phone({ direction: offered }))?.direction).toBe(expected);
    });

    test("has the codecs both sides agreed on, by the party's own numbers", () => {
        const it = party(phone(), phone({ payloads: "0 126", formats: ["a=rtpmap:126 telephone-event/8000"] }));
        const offer = phone({ payloads: "9 8 0 126", formats: ["a=rtpmap:126 telephone-event/8000"] });
        expect(answered(it, offer)?.payloads).toBe("0 101");
    });

    test("is none if no codec is left", () => {
        const it = party(phone(), phone({ payloads: "0", formats: [] }));
        expect(answered(it, phone({ payloads: "8 101" }))).toBeUndefined();
    });

    test("leaves a browser the client's part in DTLS, under the offer's mid", () => {
        const said = browserAnswer({ mid: "0" }).replace("a=setup:active", "a=setup:actpass");
        const it = party(said, browserAnswer({ mid: "0" }));
        expect(answered(it, browserAnswer({ mid: "7" }))).toMatchObject({
            setup: "active",
            mid: "7",
            iceUfrag: "Brws",
        });
    });

    test("has one key, under the tag of the offer's", () => {
        const said = phone({ protocol: "RTP/SAVP", more: [key(1, AES32, "own32"), key(2, AES80, "own80")] });
        const offer = phone({ protocol: "RTP/SAVP", more: [key(5, AES80, "theirs")] });
        expect(answered(party(said, offer), offer)?.crypto).toEqual([{ id: 5, suite: AES80, config: "inline:own80" }]);
        expect(answered(party(said, offer), phone({ protocol: "RTP/SAVP" }))).toBeUndefined();
    });
});

test("a new offer must keep a voice codec that was agreed on", () => {
    const it = party(phone(), phone({ payloads: "0 101" }));
    expect(keepsACodec(it, { streams: [sectionOf(phone({ payloads: "8 0" }))] })).toBe(true);
    expect(keepsACodec(it, { streams: [sectionOf(phone({ payloads: "8 101" }))] })).toBe(false);
});

describe("a party that is not told of an offer", () => {
    const formats = ["a=rtpmap:0 PCMU/8000", "a=rtpmap:9 G722/8000", "a=rtpmap:98 opus/48000/2"];
    const said = phone({ payloads: "98 9 0", formats });
    const told = (payloads: string): Party => party(said, phone({ payloads, formats }));

    test.each([
        ["8 9 0", "G722", 9],
        ["98 0", "opus", 98],
        ["0 9", "PCMU", 0],
    ])("sends the first voice of %s that it knows", (payloads, name, payload) => {
        expect(voiceSentBy(told(payloads))).toMatchObject({ name, payload });
    });

    test.each([
        ["that is offered", "98 0", "0 98", true],
        ["that can be transcoded", "9 0", "0", true],
        ["whose number the engine would change", "98 0", "0", false],
    ])("is heard if it sends a format %s (%s, then %s)", (_, before, offered, heard) => {
        expect(isHeardBy(told(before), { streams: [sectionOf(phone({ payloads: offered, formats }))] })).toBe(heard);
    });
});

test("a party that holds is not expected to be heard", () => {
    expect(flowOf(party(phone(), phone()))).toBe("rtp");
    expect(flowOf(party(phone({ direction: "sendonly" }), phone()))).toBe("mute");
});
