import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { identifyCaller } from "../../../../lib/sip/identity/identifyCaller.ts";
import { readPrivacy } from "../../../../lib/sip/identity/privacy.ts";
import { parseNameAddress } from "../../../../lib/sip/sipHeaders.ts";

const trusted = { trusted: true, defaultCountry: "GB" } as const;
const untrusted = { trusted: false, defaultCountry: "GB" } as const;

function identify(fields: Readonly<Record<string, string>>, peer: typeof trusted | typeof untrusted = trusted) {
    const headers = new Map(Object.entries({ from: '"Carol" <sip:carol@pbx.example>;tag=1', ...fields }));
    const from = parseNameAddress(headers.get("from") ?? "");
    if (from === undefined) throw new Error("the spec's From cannot be read");
    return identifyCaller(headers, from, readPrivacy(headers.get("privacy")), peer, (caller) => ({
        kind: "shown",
        caller,
    }));
}

const carol = { kind: "address", address: "carol@pbx.example", displayName: "Carol" };
const anonymousCaller = { kind: "anonymous" };
const number = (text: string, displayName?: string) => ({
    kind: "number",
    number: text,
    ...(displayName !== undefined && { displayName }),
});

describe("who calls, by what a trusted peer asserts", () => {
    const anonymous = { from: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1' };
    const asserted = { "p-asserted-identity": '"Dora" <sip:+493012345678@ims.example;user=phone>' };
    test.each<[string, Readonly<Record<string, string>>, object]>([
        ["an identity before From", asserted, number("+493012345678", "Dora")],
        [
            "a full number before a name",
            { "p-asserted-identity": "<sip:dora@ims.example>, <tel:+493012345678>" },
            number("+493012345678", "Carol"),
        ],
        [
            "a sip: identity before a local tel: one",
            { "p-asserted-identity": "<tel:2001;phone-context=ims.example>, <sip:dora@ims.example>" },
            { kind: "address", address: "dora@ims.example", displayName: "Carol" },
        ],
        [
            "one that can be read behind one that cannot",
            { "p-asserted-identity": "<mailto:dora@ims.example>, <tel:+493012345678>" },
            number("+493012345678", "Carol"),
        ],
        ["From if no asserted identity can be parsed", { "p-asserted-identity": "<urn:service:sos>, <>" }, carol],
        ["anonymous with Privacy: id", { ...asserted, privacy: "id" }, anonymousCaller],
        ["anonymous with an anonymous From and no word about it", { ...asserted, ...anonymous }, anonymousCaller],
        [
            "an identity with an anonymous From and Privacy: none",
            { ...asserted, ...anonymous, privacy: "none" },
            number("+493012345678", "Dora"),
        ],
        [
            "anonymous with an anonymous From and Privacy: none alone",
            { ...anonymous, privacy: "none" },
            anonymousCaller,
        ],
        ["anonymous from a restricted line", { from: "<sip:Restricted@pbx.example>" }, anonymousCaller],
        [
            "an identity where From is unknown",
            { ...asserted, from: "<sip:unavailable@unknown.invalid>" },
            number("+493012345678", "Dora"),
        ],
        ["anonymous if From alone is unknown", { from: "<sip:unavailable@unknown.invalid>" }, anonymousCaller],
        ["From, whatever is preferred", { "p-preferred-identity": "<tel:+493012345678>" }, carol],
        [
            "Remote-Party-ID before From, checked or not",
            { "remote-party-id": '"Eve" <sip:02071838751@pbx>;party=calling;privacy=off;screen=no' },
            number("+442071838751", "Eve"),
        ],
        [
            "the calling Remote-Party-ID among others",
            { "remote-party-id": "<sip:2002@pbx>;party=called, <sip:2001@pbx>;party=calling" },
            number("2001", "Carol"),
        ],
        [
            "P-Asserted-Identity before Remote-Party-ID",
            { ...asserted, "remote-party-id": "<sip:2001@pbx>" },
            number("+493012345678", "Dora"),
        ],
        [
            "anonymous with Remote-Party-ID;privacy=full",
            { "remote-party-id": "<sip:2001@pbx>;privacy=full" },
            anonymousCaller,
        ],
        [
            "anonymous with privacy=uri-network",
            { "remote-party-id": "<sip:2001@pbx>;privacy=uri-network" },
            anonymousCaller,
        ],
        [
            "the number from P-Asserted-Identity with the name from From",
            {
                from: '"Jane Doe" <sip:+442079460111@pbx>',
                "p-asserted-identity": "<sip:+442079460111@carrier.example>",
            },
            number("+442079460111", "Jane Doe"),
        ],
        [
            "the number from one asserted identity with the name from another",
            {
                from: "<sip:+442079460111@pbx>",
                "p-asserted-identity": '"Jane Doe" <sip:jane@carrier.example>, <tel:+442079460111>',
            },
            number("+442079460111", "Jane Doe"),
        ],
        [
            "the number from P-Asserted-Identity with the name from Remote-Party-ID",
            {
                from: "<sip:2001@pbx>",
                "p-asserted-identity": "<tel:+442079460111>",
                "remote-party-id": '"Jane Doe" <sip:2001@pbx>;party=calling',
            },
            number("+442079460111", "Jane Doe"),
        ],
        [
            "the number with no name where the name repeats it in another spelling",
            { from: '"+44 20 7946 0111" <sip:+442079460111@pbx>' },
            number("+442079460111"),
        ],
        [
            "the number with no name from From where Remote-Party-ID withholds the name",
            { from: '"Eve" <sip:2001@pbx>', "remote-party-id": '"Eve" <sip:2001@pbx>;privacy=name' },
            number("2001"),
        ],
        [
            "the name alone where there is no number",
            { from: '"Only A Name" <sip:192.0.2.9>', "p-asserted-identity": '"Only A Name" <sip:192.0.2.9>' },
            { kind: "address", address: "only-a-name@192.0.2.9", displayName: "Only A Name" },
        ],
        [
            "the name alone where the number is unknown",
            { from: '"Fr\u00f6nt Desk" <sip:unknown@pbx.example>' },
            { kind: "address", address: "fr%C3%B6nt-desk@pbx.example", displayName: "Fr\u00f6nt Desk" },
        ],
        ["anonymous where the name is a placeholder", { from: '"Unknown" <sip:pbx.example>' }, anonymousCaller],
        ["anonymous from private@ at any host", { from: '"P" <sip:Private@pbx.example>' }, anonymousCaller],
        ["anonymous from withheld@ at any host", { from: "<sip:withheld@pbx.example>" }, anonymousCaller],
        ["anonymous from unknown@ at any host", { from: "<sip:unknown@pbx.example>" }, anonymousCaller],
        [
            "an address whose host has an underscore",
            { from: '"Bob" <sip:bob@asterisk_1>' },
            { kind: "address", address: "bob@asterisk_1", displayName: "Bob" },
        ],
        [
            "a number without its name with privacy=name",
            { "remote-party-id": '"Eve" <sip:2001@pbx>;privacy=name' },
            number("2001"),
        ],
        [
            "a name without what is said of it",
            { from: "<sip:bob;verstat=No-TN-Validation@pbx.example>" },
            { kind: "address", address: "bob@pbx.example" },
        ],
    ])("is %s", (_, headers, caller) => {
        expect(identify(headers).caller).toEqual(caller);
    });
});

describe("an untrusted peer", () => {
    test.each([
        ["p-asserted-identity", "<tel:+493012345678>"],
        ["p-preferred-identity", "<tel:+493012345678>"],
        ["remote-party-id", "<sip:+493012345678@x>;party=calling;screen=yes"],
        ["diversion", "<sip:+493012345678@x>;reason=unconditional"],
        ["history-info", "<sip:+493012345678@x>;index=1, <sip:a@b;cause=302>;index=1.1"],
    ])("is not trusted with a %s", (name, value) => {
        expect(identify({ [name]: value }, untrusted)).toEqual({ caller: carol, provenance: {} });
    });

    test("is not trusted with a verified number", () => {
        const from = "<sip:+493012345678@x;user=phone;verstat=TN-Validation-Passed>";
        expect(identify({ from }, untrusted)).toEqual({ caller: number("+493012345678"), provenance: {} });
    });

    test.each([
        ["privacy", "id"],
        ["remote-party-id", "<sip:2001@pbx>;party=calling;privacy=full"],
    ])("may withhold the identity by %s", (name, value) => {
        expect(identify({ [name]: value }, untrusted).caller).toEqual(anonymousCaller);
    });
});

describe("the number's verification", () => {
    const verstat = (value: string) => ({ "p-asserted-identity": `<sip:+493012345678@x;user=phone;verstat=${value}>` });
    test.each<[string, Readonly<Record<string, string>>, string | undefined]>([
        ["passed", verstat("TN-Validation-Passed"), "passed"],
        ["passed, with attestation A", verstat("TN-Validation-Passed-A"), "passed"],
        ["unsaid, with attestation C", verstat("TN-Validation-Passed-C"), undefined],
        ["failed", verstat("tn-validation-failed"), "failed"],
        ["unsaid without a check", verstat("No-TN-Validation"), undefined],
        ["unsaid by another word", verstat("Yes"), undefined],
        [
            "read as a parameter of the number",
            { "p-asserted-identity": "<sip:+493012345678;verstat=TN-Validation-Passed@x;user=phone>" },
            "passed",
        ],
        ["read in a tel: URI", { "p-asserted-identity": "<tel:+493012345678;verstat=TN-Validation-Failed>" }, "failed"],
        ["read in From", { from: "<sip:+493012345678;verstat=TN-Validation-Passed@x>" }, "passed"],
        [
            "read in From in addition to an identity without it",
            { from: "<sip:03012345678@x;verstat=TN-Validation-Passed>", "p-asserted-identity": "<tel:+443012345678>" },
            "passed",
        ],
        [
            "not that of another number",
            {
                from: "<sip:+442071838750@x;verstat=TN-Validation-Passed>",
                "p-asserted-identity": "<tel:+493012345678>",
            },
            undefined,
        ],
        ["not shown of a withheld number", { ...verstat("TN-Validation-Passed"), privacy: "id" }, undefined],
    ])("is %s", (_, headers, check) => {
        expect(identify(headers).provenance.numberCheck).toBe(check);
    });
});

describe("who passed the call on", () => {
    test.each<[string, Readonly<Record<string, string>>, string | undefined]>([
        ["no party", {}, undefined],
        ["a Diversion's party", { diversion: "<sip:+442071838750@x>;reason=no-answer" }, "+442071838750"],
        [
            "the first of several, which is the last written",
            { diversion: "<sip:2002@x>;reason=user-busy, <tel:+442071838750>;reason=unconditional;counter=1" },
            "+442071838750",
        ],
        ["withheld by the party", { diversion: "<sip:2001@x>;reason=unconditional;privacy=full" }, undefined],
        ["withheld by the call", { diversion: "<sip:2001@x>;reason=unknown", privacy: "history" }, undefined],
        ["told though the caller is not", { diversion: "<sip:2001@x>;reason=unknown", privacy: "id" }, "2001"],
        [
            "Diversion's before History-Info's",
            { diversion: "<sip:2001@x>", "history-info": "<sip:2002@x>;index=1, <sip:a@b;cause=302>;index=1.1" },
            "2001",
        ],
    ])("is %s", (_, headers, expected) => {
        const { divertedBy } = identify(headers).provenance;
        expect(divertedBy?.kind === "number" ? divertedBy.number : divertedBy).toBe(expected);
    });
});

test("whatever is in the headers, somebody calls, and an untrusted peer asserts nothing else", () => {
    const names = ["privacy", "p-asserted-identity", "remote-party-id", "diversion", "history-info"];
    const piece = fc.constantFrom(
        ...["<", ">", ";", ",", '"', "\\", "?", "&", "=", "%", "@", ":", " ", "\u202e", "%ZZ", "none", "id"],
        ...["sip:", "tel:+", "4930", "index=1.", "mp=1", "cause=302", "Reason=SIP%3B", "verstat=", "party="],
        ...["privacy=full", "user=phone", "anonymous", ".invalid", "TN-Validation-Passed"],
    );
    const value = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(""));
    const fields = fc.dictionary(fc.constantFrom(...names), value);
    fc.assert(
        fc.property(fields, (written) => {
            expect(["number", "address", "anonymous"]).toContain(identify(written).caller.kind);
            expect(identify(written, untrusted).provenance).toEqual({});
        }),
        { numRuns: 2_000 },
    );
});
