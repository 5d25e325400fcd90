import { expect, test } from "vitest";
import { likelySounds, wantedSound } from "../../../lib/media/partySound.ts";
import { type PartyDescription, readParty } from "../../../lib/sdp/PartyDescription.ts";
import { nextDescription } from "../../../lib/sdp/SentDescription.ts";
import { TALKS, type Wish } from "../../../lib/sdp/Wish.ts";
import { browserAnswer, phone } from "../../support/descriptions.ts";

function read(sdp: string): PartyDescription {
    const reading = readParty(sdp, "rtp");
    if (reading.kind !== "usable") throw new Error(reading.kind);
    return reading.party;
}

const said = { phone: read(phone()), browser: read(browserAnswer({ mid: "0" })) };
const told = nextDescription(1, said.phone, undefined);
const sendonly: Wish = { direction: "sendonly", command: "none" };
const inactive: Wish = { direction: "inactive", command: "none" };
const commanded: Wish = { direction: "sendrecv", command: "held" };

/** The first party is the other one of the second, whose sound it is. */
test.each([
    ["talks to", "phone", TALKS, TALKS, "voice", "voice"],
    ["may send music to", "phone", sendonly, TALKS, "voiceOrMusic", "voice"],
    ["holds in silence", "phone", inactive, TALKS, "music", "voice"],
    ["mutes its microphone and holds", "browser", sendonly, TALKS, "music", "voice"],
    ["is held by", "phone", TALKS, sendonly, "nothing", "nothing"],
    ["holds, and is held by", "phone", sendonly, sendonly, "nothing", "nothing"],
    ["holds by a command", "browser", commanded, TALKS, "music", "nothing"],
    ["is held by a command of", "phone", TALKS, commanded, "nothing", "nothing"],
] as const)(
    "a party that %s a phone (%s, %o, %o) has it hear %s, without music %s",
    (_, kind, of, own, played, bare) => {
        const parties = { origin: { said: said[kind], told, wish: of }, target: { said: said.phone, told, wish: own } };
        expect(wantedSound("target", parties, "played")).toBe(played);
        expect(wantedSound("target", parties, "none")).toBe(bare);
    },
);

test("after a restart, a party that may have been played music is taken to hear it", () => {
    const parties = {
        origin: { said: said.phone, told, wish: sendonly },
        target: { said: said.phone, told, wish: TALKS },
    };
    expect(likelySounds(parties, "played")).toEqual({ origin: "nothing", target: "music" });
});
