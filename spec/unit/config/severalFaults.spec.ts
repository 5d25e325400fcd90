import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigFolder, faultsOf, faultTextsOf, MINIMAL_CONFIG } from "../../support/configFile.ts";

let folder: ConfigFolder;
beforeAll(() => {
    folder = new ConfigFolder();
});
afterAll(() => folder.remove());

describe("an error message", () => {
    it.each<[what: string, change: object, fault: string]>([
        [
            "a country as a number",
            { numbers: { defaultCountry: 44 } },
            "numbers.defaultCountry: must be a two-letter country code such as GB",
        ],
        [
            "a metrics address without host",
            { metrics: { listen: ":9464" } },
            "metrics.listen: must be host:port, such as 127.0.0.1:9464",
        ],
    ])("uses the example of its own key: %s", (_, change, fault) => {
        expect(faultTextsOf(() => folder.load({ ...MINIMAL_CONFIG, ...change }))).toEqual([fault]);
    });
});

describe("the error message of an unknown key", () => {
    it.each([
        ["addresses", "inboundNetworks"],
        ["proof", "inboundAuth"],
        ["probe", "probeSeconds"],
        ["Transprot", "transport"],
        ["secret", "password"],
    ])("names the key for %s", (key, meant) => {
        const trunk = { name: "pbx", address: "192.0.2.10", media: "webrtc", [key]: "x" };
        expect(faultTextsOf(() => folder.load({ ...MINIMAL_CONFIG, trunks: [trunk] }))).toEqual([
            `trunks[0].${key}: is not a known key; did you mean ${meant}?`,
        ]);
    });
});

describe("the error message of a value of the wrong type", () => {
    it.each<[what: string, config: string, fault: string]>([
        ["a port in quotes", 'appservice: { port: "9995" }', "appservice.port: must be an integer; remove the quotes"],
        ["a word as port", "appservice: { port: http }", "appservice.port: must be an integer"],
        [
            "no space after colons",
            "appservice:\n  port:9995\n  bind:127.0.0.1",
            "appservice: must be a section of keys; write a space after each colon",
        ],
        [
            "keys outside of their section",
            "domain: matrix.example",
            "domain: is not a known key here; indent it below homeserver",
        ],
        ["a list without dash", "trunks: { name: pbx }", "trunks: must be a list; begin each entry with a dash"],
    ])("says what to write: %s", (_, line, fault) => {
        const text = `homeserver: { url: "http://127.0.0.1:8008", domain: matrix.example }\nmedia: none\n${line}\n`;
        expect(faultTextsOf(() => folder.loadText(text))).toEqual([fault]);
    });
});

describe("a configuration with several errors", () => {
    it("is rejected with all errors together, also those between sections", () => {
        const faults = faultsOf(() =>
            folder.load({
                homeserver: { domain: "matrix.example" },
                sip: { prot: 1 },
                trunks: [
                    { name: "a", address: "a.example", media: "webrtc" },
                    { name: "a", address: "b.example", media: "webrtc" },
                ],
                numbers: { map: { "x y": "@a:b" } },
                media: "none",
            }),
        );
        expect(faults.map((fault) => fault.split(":")[0])).toEqual([
            "homeserver.url",
            "sip.prot",
            "trunks[1].name",
            'numbers.map["x y"]',
        ]);
    });

    it("is rejected with all errors together, also those next to a value of the wrong type", () => {
        const faults = faultsOf(() =>
            folder.load({
                ...MINIMAL_CONFIG,
                media: { rtpengine: ["127.0.0.1:2223"] },
                sip: {
                    listen: ["tls:192.0.2.5:5061"],
                    unknownPeers: 5,
                    registrar: { minSeconds: 600, maxSeconds: 60 },
                },
                trunks: [
                    { name: "a", address: true, register: true, scheme: "sips" },
                    { name: "a", address: "a.example", callerId: "me", registrationSeconds: "long" },
                    5,
                ],
                accounts: [{ username: "desk", password: { file: "nowhere" }, user: "@sip_x:matrix.example" }],
                numbers: { map: { "2001": ["@a:b", "@c:d"], "20x": 5, "+4": "@a:b" } },
                dialling: { allow: [{ users: ["*"], numbers: [5, "+x*"] }] },
            }),
        );
        expect(faults.map((fault) => fault.split(": ")[0]).sort()).toEqual([
            "accounts[0].password",
            "accounts[0].user",
            "dialling.allow[0].numbers[0]",
            "dialling.allow[0].numbers[1]",
            'numbers.map["+4"]',
            'numbers.map["2001"]',
            'numbers.map["20x"]',
            "sip.registrar.minSeconds",
            "sip.tls.certificate",
            "sip.tls.key",
            "sip.unknownPeers",
            "trunks[0].address",
            "trunks[0].password",
            "trunks[0].scheme",
            "trunks[1].callerId",
            "trunks[1].name",
            "trunks[1].registrationSeconds",
            "trunks[2]",
        ]);
    });

    it("is rejected with the wrong numbers that are wrong in every country, next to a wrong country", () => {
        const faults = faultsOf(() =>
            folder.load({
                ...MINIMAL_CONFIG,
                numbers: { defaultCountry: "Germany", map: { "+4?x": "@a:b" } },
                trunks: [{ name: "t", address: "a.example", media: "webrtc", callerId: "me" }],
                dialling: { allow: [{ users: ["*"], numbers: ["**610", "030 1234"] }] },
            }),
        );
        expect(faults.map((fault) => fault.split(": ")[0])).toEqual([
            "numbers.defaultCountry",
            'numbers.map["+4?x"]',
            "trunks[0].callerId",
            "dialling.allow[0].numbers[0]",
        ]);
    });

    it("is rejected with the line of each error, and of the section for a missing key", () => {
        const text =
            "homeserver:\n  url: http://127.0.0.1:8008\nmedia: none\nsip:\n  unknownPeers: 5\ntrunks:\n  - name: a\n    media: webrtc\n";
        expect(faultsOf(() => folder.loadText(text))).toEqual([
            "homeserver.domain: is missing (config.yaml line 1)",
            "sip.unknownPeers: must be one of drop, reject (config.yaml line 5)",
            "trunks[0].address: is missing (config.yaml line 7)",
        ]);
    });

    it("names the line of a key within an alias", () => {
        const text =
            "homeserver: { url: http://127.0.0.1:8008, domain: matrix.example }\nmedia: none\nsip:\n  peers: [&p { name: a, inboundNetworks: [x] }]\n";
        expect(faultsOf(() => folder.loadText(text)).at(0)).toContain("(config.yaml line 4)");
    });

    it("reports nothing that only follows from a value of the wrong type", () => {
        const faults = faultsOf(() =>
            folder.load({
                ...MINIMAL_CONFIG,
                media: { rtpengine: 5 },
                numbers: { defaultCountry: 44, map: { "030 123456": "@a:b" } },
                trunks: [
                    { name: "t", address: "a.example", numberFormat: "national", callerId: "0207 183 8750" },
                    { name: "u", address: "b.example", register: true, username: "u", password: 5 },
                ],
                dialling: { allow: [{ users: ["*"], numbers: ["020*"] }] },
            }),
        );
        expect(faults.map((fault) => fault.split(": ")[0])).toEqual([
            "media.rtpengine",
            "numbers.defaultCountry",
            "trunks[1].password",
        ]);
    });
});
