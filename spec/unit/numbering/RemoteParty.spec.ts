import { describe, expect, it } from "vitest";
import { readPhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import { displayTextOf, parseRemoteParty, type RemoteParty } from "../../../lib/numbering/RemoteParty.ts";

describe("parseRemoteParty", () => {
    it.each<[typed: string, party: object | undefined]>([
        ["020 7183 8750", { kind: "number", number: "+442071838750" }],
        ["2001", { kind: "number", number: "2001" }],
        ["sip:bob@PBX.example:5060", { kind: "address", address: "bob@pbx.example" }],
        ["bob", undefined],
        ["anonymous", undefined],
    ])("reads %j", (typed, party) => {
        expect(parseRemoteParty(typed, { defaultCountry: "GB" })).toEqual(party);
    });
});

describe("displayTextOf", () => {
    const number = readPhoneNumber("+442071838750");
    const called = (displayName: string): RemoteParty | undefined => number && { kind: "number", number, displayName };

    it.each<[party: RemoteParty | undefined, text: string]>([
        [called("Bob"), "Bob"],
        [called(" Bob \r\n\t Jones "), "Bob Jones"],
        [called("Bob\u202egpj"), "Bob gpj"],
        [called(""), "+44 20 7183 8750"],
        [called("\u0000\u200b"), "+44 20 7183 8750"],
        [called("👩‍💻".repeat(80)), `${"👩 💻".repeat(33)}…`],
        [parseRemoteParty("+442071838750", {}), "+44 20 7183 8750"],
        [parseRemoteParty("*21#", {}), "*21#"],
        [parseRemoteParty("bob@pbx.example", {}), "bob@pbx.example"],
        [{ kind: "anonymous" }, "Anonymous"],
    ])("shows %j as %j", (party, text) => {
        expect(party && displayTextOf(party)).toBe(text);
    });
});
