import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayTextOf, type RemoteParty } from "../../../../lib/numbering/RemoteParty.ts";
import { identifyCaller } from "../../../../lib/sip/identity/identifyCaller.ts";
import { OwnHosts } from "../../../../lib/sip/identity/OwnHosts.ts";
import { OwnIdentities } from "../../../../lib/sip/identity/OwnIdentities.ts";
import { readPrivacy } from "../../../../lib/sip/identity/privacy.ts";
import { parseNameAddress } from "../../../../lib/sip/sipHeaders.ts";
import { ownNumbersIn } from "../../../support/dialling.ts";

const own = new OwnIdentities({
    hosts: new OwnHosts(["matrix.example", "192.0.2.1", "[2001:db8::1]", "xn--exmple-cua.example", "bücher.example"]),
    accounts: new Set(["alice-desk"]),
    dialPlan: ownNumbersIn({ "+442071838750": "@alice:matrix.example", "2001": "@alice:matrix.example" }),
});

/** The caller that an untrusted peer appears as; undefined if its From cannot be read, so that the request is rejected. */
function shown(headers: Readonly<Record<string, string>>): RemoteParty | undefined {
    const from = parseNameAddress(headers["from"] ?? "");
    if (from === undefined) return undefined;
    const peer = { trusted: false, defaultCountry: "GB" } as const;
    const screen = (named: RemoteParty) => own.screen(named, "untrusted", "203.0.113.9");
    return identifyCaller(new Map(Object.entries(headers)), from, readPrivacy(undefined), peer, screen).caller;
}

/** The identities of the bridge's users, as a person reads them. Written without the code under test. */
const KNOWN_USERS = [
    /(?:^|[^a-z0-9])alice(?:-desk)?(?:[;:][^@]*)?@(?:matrix\.example|192\.0\.2\.1|\[2001:db8::1\])(?![a-z0-9-]|\.[a-z0-9])/,
    /@alice:matrix\.example(?![a-z0-9-]|\.[a-z0-9])/,
    /(?<![0-9])(?:44|0|0044|01144)?2071838750(?![0-9])/,
];

function expectForeign(party: RemoteParty | undefined): void {
    if (party === undefined) return;
    // clients show a name as it is; an address is what its escapes mean
    const names = [displayTextOf(party), ...(party.kind === "address" ? [unescaped(party.address)] : [])];
    for (const name of names) {
        const read = name
            .normalize("NFKC")
            .replace(/[\p{Cf}\u{fe00}-\u{fe0f}]/gu, "")
            .toLowerCase();
        for (const user of KNOWN_USERS) {
            expect(read).not.toMatch(user);
            expect(read.replace(/[\s()./-]/g, "")).not.toMatch(user);
        }
    }
}

function unescaped(text: string): string {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
        try {
            return decodeURIComponent(escapes);
        } catch {
            return escapes;
        }
    });
}

const percent = (text: string): string =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
const wide = (text: string): string =>
    text.replace(/[!-~]/g, (character) => String.fromCodePoint(character.charCodeAt(0) + 0xfee0));

/** Ways to write a text so that people read it as before, or software does. */
const disguises: fc.Arbitrary<(text: string) => string> = fc.constantFrom(
    (text: string) => text,
    (text: string) => text.toUpperCase(),
    (text: string) => percent(text),
    (text: string) => percent(percent(text)),
    (text: string) => percent(wide(text)),
    (text: string) => wide(text),
    (text: string) => `${text.slice(0, 2)}\u200b${text.slice(2)}`,
    (text: string) => `${text.slice(0, 2)}\u00ad${text.slice(2)}`,
    (text: string) => `\u202d${text}\u202c`,
    (text: string) => percent(`${text.slice(0, 3)}\u2060${text.slice(3)}`),
    (text: string) => percent(`${text.slice(0, 3)}\ufe0f${text.slice(3)}`),
    (text: string) => text.replace(/[0-9]/g, (digit) => String.fromCodePoint(0x0660 + Number(digit))),
    (text: string) => percent(text.replace(/[0-9]/g, (digit) => String.fromCodePoint(0x0966 + Number(digit)))),
    (text: string) => `${text};phone-context=+1`,
    (text: string) => `${text};isub=1;ext=2`,
    (text: string) => `${text},,5`,
    (text: string) => `${text}x5`,
    (text: string) => `${text}:secret`,
    (text: string) => `(${text})`,
);
const names = fc.constantFrom(
    "alice-desk",
    "alice",
    "alice@matrix.example",
    "alice-desk@192.0.2.1",
    "@alice:matrix.example",
    "+442071838750",
    "442071838750",
    "00442071838750",
    "01144-20-7183-8750",
    "+44(0)2071838750",
    "02071838750",
    "020 7183 8750",
    "+44.20.7183.8750",
);
const hosts = fc.constantFrom(
    "matrix.example",
    "MATRIX.example",
    "matrix.example.",
    "matrix.example..",
    "matrix..example",
    "matrix%2eexample",
    "matrix.example:5060",
    "ｍatrix.example",
    "matrix。example",
    "matrix.example%00.evil.example",
    "192.0.2.1",
    "192.0.2.1.",
    "192.0.2.001",
    "192.0.513",
    "3221225985",
    "0xc0000201",
    "0300.0.2.1",
    "[2001:db8::1]",
    "[2001:0DB8:0000::0001]",
    "[::ffff:192.0.2.1]",
    "[::FFFF:c000:201]",
    "[2001:db8::1%25eth0]",
    "127.1",
    "0.0.0.0",
    "[::]",
    "localhost",
    "evil.example",
    "evil.example;x=@matrix.example",
    "evil.example?From=alice-desk@matrix.example",
);
const uris = fc
    .tuple(fc.constantFrom("sip:", "SIP:", "sips:", "tel:", "im:", ""), disguises, names, hosts, fc.nat(3))
    .map(([scheme, disguise, name, host, kind]) => {
        if (scheme === "tel:") return `tel:${disguise(name)}`;
        if (kind === 0) return `${scheme}${disguise(`${name}@${host}`)}@evil.example`;
        return `${scheme}${disguise(name)}@${host}`;
    });
const identities = fc.tuple(uris, names, disguises, fc.nat(4)).map(([uri, name, disguise, kind]) => {
    if (kind === 0) return uri;
    if (kind === 1) return `"${disguise(name)}" <${uri}>`;
    if (kind === 2) return `${disguise("alice@matrix.example")} <${uri}>`;
    if (kind === 3) return `"Alice (${disguise(name)})" <sip:carol@evil.example>`;
    return `<${uri}>`;
});

describe("an untrusted peer", () => {
    it("never appears as a user of the bridge, whatever it writes into the headers that name a caller", () => {
        const headers = fc.record({
            from: identities.map((identity) => `${identity};tag=1`),
            "p-asserted-identity": identities,
            "p-preferred-identity": identities,
            "remote-party-id": identities.map((identity) => `${identity};party=calling;screen=yes`),
            "referred-by": identities,
            diversion: identities,
            "history-info": identities.map((identity) => `${identity};index=1`),
            contact: identities,
            "reply-to": identities,
        });
        fc.assert(
            fc.property(headers, (fields) => expectForeign(shown(fields))),
            { numRuns: 5_000 },
        );
    });

    it.each([
        ["an address of the bridge within the user part", "sip:alice%40matrix.example@evil.example"],
        [
            "an address of the bridge within the user part, with a wide @",
            "sip:alice%EF%BC%A0matrix.example@evil.example",
        ],
        ["a Matrix user within the user part", "sip:%40alice%3Amatrix.example@evil.example"],
        ["an address with an ideographic full stop", "sip:alice%40matrix%E3%80%82example@evil.example"],
        ["a host of the bridge that was configured in other letters", "sip:alice@XN--BCHER-KVA.example."],
        ["a mapped number with an extension by x", "sip:+442071838750x5@evil.example"],
        ["a mapped number behind a word", "sip:tel+442071838750@evil.example"],
        ["a mapped number in Arabic digits with a pause", `sip:${percent("+٤٤٢٠٧١٨٣٨٧٥٠")},5@evil.example`],
        ["an account with an invisible character", "sip:alice%E2%80%8B-desk@matrix.example"],
        ["an account at the address that stands for all addresses", "sip:alice-desk@0.0.0.0"],
    ])("does not appear as %s", (_, uri) => {
        expect(shown({ from: `<${uri}>;tag=1` })).toEqual({ kind: "anonymous" });
    });

    it.each([
        "Alice (+44 20 7183 8750)",
        "Desk 12 020 7183 8750",
        "alice\u00ad@matrix.example",
        "Alice <alice@matrix.example>",
        "ａlice＠matrix.example",
        "mailto:alice@matrix.example!",
        "@alice:matrix.example:8448",
        "carol@exämple.example",
        "٠٢٠ ٧١٨٣ ٨٧٥٠",
        "alice @ matrix.example",
        "alice@\u200bmatrix.example",
        "alice@matrix。example",
        "alice%40matrix.example",
        "https://matrix.to/#/%40alice%3Amatrix.example",
        "alice@m\u0430trix.ex\u0430m\u0440l\u0435",
    ])("does not show a name that contains an identity of the bridge: %s", (name) => {
        expect(shown({ from: `"${name}" <sip:carol@evil.example>;tag=1` })).toEqual({
            kind: "address",
            address: "carol@evil.example",
        });
    });

    it.each([
        "Carol Miller",
        "Room 2001",
        "Carol @ work",
        "1984",
        "carol@evil.example (at home)",
        "Карол @ работа",
        "100%",
        "+44 20 7183 8751",
    ])("shows any other name: %s", (name) => {
        expect(shown({ from: `"${name}" <sip:carol@evil.example>;tag=1` })).toMatchObject({ displayName: name });
    });
});
