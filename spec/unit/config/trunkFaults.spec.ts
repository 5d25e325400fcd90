import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigFolder, faultTextsOf, MINIMAL_CONFIG } from "../../support/configFile.ts";

// What people write who have set up other SIP software: each fault names the key and what to write instead.

const WITHOUT_SCHEME =
    "must be host or host:port alone, such as sip.carrier.example:5060; set transport to udp, tcp, tls, ws or wss";
const WITHOUT_USER = "must be host or host:port alone, such as sip.carrier.example:5060; users are set by other keys";
const BRACKETS = "must have its IPv6 address in brackets, such as [2001:db8::1]:5060";
const LIST = "must be a list; begin each entry with a dash";

let folder: ConfigFolder;
beforeAll(() => {
    folder = new ConfigFolder();
});
afterAll(() => folder.remove());

const faultsWith = (change: object): readonly string[] =>
    faultTextsOf(() => folder.load({ ...MINIMAL_CONFIG, ...change }));

const trunk = (more: object): object => ({
    trunks: [{ name: "carrier", address: "a.example", media: "webrtc", ...more }],
});

describe("a wrong trunk", () => {
    it.each<[key: string, value: unknown, fault: string]>([
        ["address", "sip:a.example", WITHOUT_SCHEME],
        ["address", "udp:a.example:5060", WITHOUT_SCHEME],
        ["address", "wss://a.example/ws", WITHOUT_SCHEME],
        ["address", "a.example;transport=tcp", WITHOUT_SCHEME],
        ["address", ["b.example", "tls:a.example:5061"], WITHOUT_SCHEME],
        ["address", "bridge@a.example", WITHOUT_USER],
        ["address", "2001:db8::1", BRACKETS],
        ["address", "2001:db8::1:5060", BRACKETS],
        ["proxy", "sip:a.example;lr", WITHOUT_SCHEME],
        ["password", 12345, "must be text; put it in quotes"],
        ["inboundNetworks", "192.0.2.1", 'must be a list: ["192.0.2.1"]'],
        ["prefixes", "+44", 'must be a list: ["+44"]'],
        ["headers", "X-Tenant: 42", 'must be a section of keys, such as {"X-Tenant":"42"}'],
        ["charging", true, 'must be a section of keys, such as {"ioi":"bridge.example"}'],
    ])("%s: %j", (key, value, fault) => {
        expect(faultsWith(trunk({ username: "u", [key]: value }))).toEqual([`trunks[0].${key}: ${fault}`]);
    });

    it("whose numbers begin with 00, as the bridge knows none", () => {
        expect(faultsWith(trunk({ prefixes: ["0044"] }))).toEqual([
            "trunks[0].prefixes[0]: must start with + instead of 00: +44",
        ]);
    });
});

it.each(["trunks", "accounts"])("%s that are no list", (section) => {
    expect(faultsWith({ [section]: { desk: { name: "x" } } })).toEqual([`${section}: ${LIST}`]);
});
