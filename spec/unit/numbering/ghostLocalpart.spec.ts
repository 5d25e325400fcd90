import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ghostLocalpartOf, partyOfLocalpart } from "../../../lib/numbering/ghostLocalpart.ts";
import { parseMatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import { parsePhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import { parseRemoteParty, type RemoteParty } from "../../../lib/numbering/RemoteParty.ts";
import { parseSipAddress } from "../../../lib/numbering/SipAddress.ts";

describe("ghostLocalpartOf", () => {
    it.each([
        ["+442071838750", "sip_=2b442071838750"],
        ["020 7183 8750", "sip_=2b442071838750"],
        ["*21#", "sip_=2a21=23"],
        ["2001", "sip_2001"],
        ["bob@pbx.example", "sip_bob=40pbx.example"],
        ["Bob@pbx.example", "sip_=42ob=40pbx.example"],
        ["b/o@[2001:db8::1]", "sip_b=2fo=40=5b2001=3adb8=3a=3a1=5d"],
    ])("names the ghost of %s %s", (typed, localpart) => {
        const party = parseRemoteParty(typed, { defaultCountry: "GB" });
        expect(party && ghostLocalpartOf(party, "sip_")).toBe(localpart);
    });

    it("gives all withheld identities one ghost", () => {
        expect(ghostLocalpartOf({ kind: "anonymous" }, "sip_")).toBe("sip_anonymous");
    });

    it("does not depend on the display name", () => {
        const party = parseRemoteParty("2001", {});
        expect(party?.kind === "number" && ghostLocalpartOf({ ...party, displayName: "Bob" }, "sip_")).toBe("sip_2001");
    });
});

describe("partyOfLocalpart", () => {
    it.each([
        "alice",
        "sip_",
        "sip_alice",
        "sip_=2B442071838750",
        "sip_=32001",
        "sip_bob=40",
        "sip_bob=40PBX.example",
        "sip_=62ob=40pbx.example",
        "sip_=2b44 207",
        "sip_=2",
        "sip_=2b=2b44",
        "xsip_2001",
    ])("knows no party by %j", (localpart) => {
        expect(partyOfLocalpart(localpart, "sip_")).toBeUndefined();
    });

    it("takes back whatever the other direction gave, and no other localpart of the same party", () => {
        fc.assert(
            fc.property(parties, fc.constantFrom("sip_", "tel.", "_="), (party, prefix) => {
                const localpart = ghostLocalpartOf(party, prefix);
                expect(partyOfLocalpart(localpart, prefix)).toEqual(party);
                expect(parseMatrixUserId(`@${localpart}:matrix.example`)).toBeDefined();
            }),
        );
    });

    it("never throws, and what it returns has that localpart", () => {
        const encoded = fc.string({ unit: fc.constantFrom(...Array.from("=0123456789abcdef@+.bA")), maxLength: 20 });
        fc.assert(
            fc.property(encoded, (text) => {
                const party = partyOfLocalpart(`sip_${text}`, "sip_");
                if (party !== undefined) expect(ghostLocalpartOf(party, "sip_")).toBe(`sip_${text}`);
            }),
        );
    });
});

const defined = <Value>(value: Value | undefined): value is Value => value !== undefined;
const digits = fc.string({ unit: fc.constantFrom(...Array.from("0123456789*#")), minLength: 1, maxLength: 20 });
const numbers = fc
    .oneof(
        digits,
        digits.map((text) => `+44207${text}`),
    )
    .map((text) => parsePhoneNumber(text))
    .filter(defined)
    .map((number): RemoteParty => ({ kind: "number", number }));
const users = fc.string({
    unit: fc.constantFrom(...Array.from("abzABZ019-_.!~*'()&=+$,;?/")),
    minLength: 1,
    maxLength: 40,
});
const hosts = fc.constantFrom("pbx.example", "192.0.2.1", "[2001:db8::1]");
const addresses = fc
    .tuple(users, hosts)
    .map(([user, host]) => parseSipAddress(`${user}@${host}`))
    .filter(defined)
    .map((address): RemoteParty => ({ kind: "address", address }));
const parties = fc.oneof(numbers, addresses, fc.constant<RemoteParty>({ kind: "anonymous" }));
