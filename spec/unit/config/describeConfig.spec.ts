import { describe, expect, it } from "vitest";
import type { Config } from "../../../lib/config/Config.generated.ts";
import { describeConfig } from "../../../lib/config/describeConfig.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import { Secret } from "../../../lib/config/Secret.ts";
import { noRoutes, patterns } from "../../support/dialling.ts";

const registrar: Config["sip"]["registrar"] = {
    minSeconds: 60,
    maxSeconds: 3600,
    maxContacts: 10,
    algorithms: ["MD5"],
};
const numbers: Config["numbers"] = { map: noRoutes, shortCodes: [], shortCodeDigits: 6 };
const messaging: Config["messaging"] = {
    allow: [],
    block: [],
    blockedSenders: "reject",
    retryHours: 6,
    offlineHours: 24,
    maxBytes: 8_000,
    perMinute: 60,
    burst: 30,
    maxWaiting: 10_000,
    notices: false,
    reactions: false,
    readReceipts: false,
    typing: false,
    services: [],
    files: { maxMegabytes: 20, linkHours: 72, allowedHosts: [] },
};
const bare: Config = {
    homeserver: { url: "http://127.0.0.1:8008", domain: "matrix.example" },
    appservice: { bind: "127.0.0.1", port: 9995 },
    matrix: { ghostPrefix: "sip_", joinAsCallee: false, allowedDomains: [] },
    sip: {
        listen: [{ transport: "udp", address: "::1", port: 5060 }],
        unknownPeers: "drop",
        webSocketOrigins: [],
        registrar,
        peers: [],
    },
    trunks: [],
    accounts: [],
    numbers,
    dialling: { allow: [] },
    calls: { ringSeconds: 90, maxHours: 12, sessionTimerSeconds: 600, maxCalls: 2000 },
    messaging,
    media: "none",
    store: { path: "/var/lib/sip" },
    metrics: {},
    logging: { level: "info", format: "human", numbers: "short", sip: false },
};
const trunk: Config["trunks"][number] = {
    name: "carrier",
    address: [{ host: "sip.carrier.example", port: 5080 }, { host: "192.0.2.7" }],
    fromUser: "caller",
    callerNameLength: 60,
    responseTimeoutSeconds: 4,
    probeSeconds: 30,
    transport: "tcp",
    prefixes: ["+", ""],
    domains: ["carrier.example"],
    username: "bridge",
    password: new Secret("hush"),
    register: false,
    registrationSeconds: 600,
    callsPerSecond: 20,
    callerIds: new Map(),
    inboundNetworks: [],
    trusted: true,
    media: "rtp",
    numberFormat: "plus",
    dialPrefix: "",
    numberUri: "sip-phone",
    scheme: "sip",
    headers: {},
};
const phone: Config["accounts"][number] = {
    username: "desk",
    password: new Secret("hush"),
    user: "@alice:matrix.example" as MatrixUserId,
    allowLegacyDigest: false,
    media: "rtp",
};
const rule = { users: ["@alice:matrix.example"], numbers: patterns("*") };

describe("describeConfig", () => {
    it("says what was set up, and no secret", () => {
        const { lines } = describeConfig({
            ...bare,
            sip: { ...bare.sip, drachtio: { host: "127.0.0.1", port: 9022, secret: new Secret("hush") } },
            media: { rtpengine: [{ host: "127.0.0.1", port: 2223 }], timeoutMs: 1, probeSeconds: 1 },
            trunks: [trunk],
        });
        expect(Object.fromEntries(lines)).toMatchObject({
            "SIP server": "drachtio at 127.0.0.1:9022",
            media: "rtpengine at 127.0.0.1:2223",
            callers: "carrier (trusted)",
            trunks: "carrier (tcp sip.carrier.example:5080 or 192.0.2.7, +..., every number, carrier.example)",
        });
        expect(JSON.stringify(lines)).not.toContain("hush");
    });

    it("says what was not", () => {
        expect(Object.fromEntries(describeConfig(bare).lines)).toMatchObject({
            "SIP server": "udp [::1]:5060",
            media: "none: sound passes directly",
            callers: "none",
            trunks: "none",
        });
    });

    it.each<[what: string, config: Partial<Config>, warnings: readonly RegExp[]]>([
        ["no peers", {}, [/call in/]],
        ["trunks that no rule allows", { trunks: [trunk] }, [/call out: dialling/]],
        ["rules that lead nowhere", { dialling: { allow: [rule] } }, [/call in/, /nowhere to go/]],
        ["nothing else", { trunks: [trunk], dialling: { allow: [rule] } }, []],
        [
            "nothing where numbers lead to phones",
            {
                accounts: [phone],
                numbers: {
                    ...numbers,
                    map: { ...noRoutes, numbers: new Map([["+442071838750" as PhoneNumber, phone.user]]) },
                },
                dialling: { allow: [{ users: ["@alice:matrix.example"], numbers: patterns("+44*") }] },
            },
            [],
        ],
        [
            "rules for others where there are phones alone",
            {
                accounts: [phone],
                dialling: { allow: [{ users: ["@alice:matrix.example"], numbers: patterns("+44*") }] },
            },
            [/^dialling\.allow\[0\]\.numbers\[0\]: no trunk serves it/],
        ],
        [
            "keys in clear to a trunk",
            { trunks: [{ ...trunk, media: "srtp" }], dialling: { allow: [rule] } },
            [/^trunks\[0\]\.media: the keys of srtp go by tcp in clear; set transport: tls\.$/],
        ],
        [
            "no keys that go by TLS",
            { trunks: [{ ...trunk, media: "srtp-optional", transport: "tls" }], dialling: { allow: [rule] } },
            [],
        ],
        [
            "keys of phones in clear",
            { accounts: [{ ...phone, media: "srtp-optional" }] },
            [/^accounts\[0\]\.media: the keys of srtp-optional come in clear, as sip\.listen has no tls address;/],
        ],
        [
            "no keys of phones that may come by TLS",
            {
                accounts: [{ ...phone, media: "srtp" }],
                sip: { ...bare.sip, listen: [{ transport: "tls", address: "::1", port: 5061 }] },
            },
            [],
        ],
        [
            "the time of a registration there is not",
            { trunks: [{ ...trunk, registrationSeconds: 60 }], dialling: { allow: [rule] } },
            [/^trunks\[0\]\.registrationSeconds: is of no use without register: true\.$/],
        ],
        [
            "URIs that crash an external SIP server",
            {
                trunks: [{ ...trunk, numberUri: "tel" }],
                dialling: { allow: [rule] },
                sip: { ...bare.sip, drachtio: { host: "127.0.0.1", port: 9022, secret: new Secret("s") } },
            },
            [
                /^trunks\[0\]\.numberUri: outbound calls fail, because drachtio-server crashes on tel: URIs; set sip-phone\.$/,
            ],
        ],
        [
            "no such URIs with the SIP server that comes with the bridge",
            { trunks: [{ ...trunk, numberUri: "tel" }], dialling: { allow: [rule] } },
            [],
        ],
        [
            "digits before a plus",
            { trunks: [{ ...trunk, dialPrefix: "9" }], dialling: { allow: [rule] } },
            [/^trunks\[0\]\.dialPrefix: stands before a \+, as in 9\+44; set numberFormat\.$/],
        ],
        [
            "no digits before digits, and no code before a plus",
            {
                trunks: [
                    { ...trunk, dialPrefix: "9", numberFormat: "international" },
                    { ...trunk, dialPrefix: "*31#" },
                ],
                dialling: { allow: [rule] },
            },
            [],
        ],
    ])("warns of %s", (_, config, warnings) => {
        const expected = warnings.map((warning) => expect.stringMatching(warning) as string);
        expect(describeConfig({ ...bare, ...config }).warnings).toEqual(expected);
    });

    it.each<[pattern: string, accounts: Config["accounts"], verdict: "served" | "unserved"]>([
        ["+44*", [], "unserved"],
        ["+49*", [], "served"],
        ["+4930123456", [], "served"],
        ["+*", [], "served"],
        ["2001", [], "unserved"],
        ["2001", [phone], "served"],
        ["2*", [phone], "served"],
        ["\\*21", [phone], "unserved"],
        ["*@pbx.example", [], "unserved"],
        ["*@carrier.example", [], "served"],
        ["desk@matrix.example", [phone], "served"],
        ["*@*", [], "served"],
    ])("of rules for %s, with the phones %j, finds that they are %s", (pattern, accounts, verdict) => {
        const { warnings } = describeConfig({
            ...bare,
            trunks: [{ ...trunk, prefixes: ["+49"] }],
            accounts,
            numbers: { ...numbers, map: { ...noRoutes, numbers: new Map([["2001" as PhoneNumber, phone.user]]) } },
            dialling: { allow: [{ users: ["@alice:matrix.example"], numbers: patterns(pattern) }] },
        });
        const warning = expect.stringMatching(/^dialling\.allow\[0\]\.numbers\[0\]: no trunk serves it;/) as string;
        expect(warnings).toEqual(verdict === "served" ? [] : [warning]);
    });
});
