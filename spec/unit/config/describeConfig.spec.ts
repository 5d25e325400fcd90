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
        listen: [{ transport: "udp", address: "192.0.2.5", port: 5060 }],
        unknownPeers: "drop",
        webSocketOrigins: [],
        localNetworks: [],
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
    permissions: {},
    control: {},
    records: { maxMegabytes: 20, keepFiles: 5, keepDays: 30, numbers: "full" },
    limits: {
        user: {},
        trunk: {},
        premium: {},
        international: {},
        rates: {},
        emergencyNumbers: [],
        emergency: "allow",
        whenReached: "end",
    },
    logging: { level: "info", format: "human", numbers: "short", sip: false },
};
const trunk: Config["trunks"][number] = {
    name: "carrier",
    address: [{ host: "sip.carrier.example", port: 5080 }, { host: "192.0.2.7" }],
    responseTimeoutSeconds: 4,
    probeSeconds: 30,
    transport: "tcp",
    prefixes: ["+", ""],
    domains: ["carrier.example"],
    username: "bridge",
    password: new Secret("hush"),
    register: false,
    shortCodes: [],
    registrationSeconds: 600,
    callsPerSecond: 20,
    transfers: "deny",
    callerIds: new Map(),
    fromUser: "caller",
    callerNameLength: 40,
    inboundNetworks: [],
    defaultUser: "@alice:matrix.example" as MatrixUserId,
    trusted: true,
    media: "rtp",
    dtmf: "auto",
    earlyMedia: "ignore",
    video: false,
    numberFormat: "plus",
    dialPrefix: "",
    numberUri: "sip-phone",
    scheme: "sip",
    headers: {},
};
const phone: Config["accounts"][number] = {
    username: "desk",
    password: new Secret("hush-hush"),
    user: "@alice:matrix.example" as MatrixUserId,
    allowLegacyDigest: false,
    media: "rtp",
    dtmf: "auto",
    video: true,
};
const rule = { users: ["@alice:matrix.example"], numbers: patterns("*") };

describe("describeConfig", () => {
    it("lists what was set up, without secrets", () => {
        const { lines, inbound, outbound } = describeConfig({
            ...bare,
            sip: { ...bare.sip, drachtio: { host: "127.0.0.1", port: 9022, secret: new Secret("hush") } },
            media: { rtpengine: [{ host: "127.0.0.1", port: 2223 }], timeoutMs: 1, probeSeconds: 1 },
            trunks: [trunk],
            accounts: [phone],
            dialling: { allow: [rule, { users: ["@*:matrix.example"], numbers: patterns("+4420*", "20??") }] },
        });
        expect(Object.fromEntries(lines)).toMatchObject({
            "SIP server": "drachtio at 127.0.0.1:9022",
            media: "rtpengine at 127.0.0.1:2223",
        });
        expect(inbound).toEqual([
            "trunk carrier (trusted): from 192.0.2.7; calls to unknown numbers reach @alice:matrix.example",
            "phone desk of @alice:matrix.example: with its password, at matrix.example",
        ]);
        expect(outbound).toEqual([
            "@alice:matrix.example: every number and address",
            "@*:matrix.example: +4420*, 20??",
            "through trunk carrier (tcp sip.carrier.example:5080 or 192.0.2.7): +..., every number, carrier.example",
        ]);
        expect(JSON.stringify({ lines, inbound, outbound })).not.toContain("hush");
    });

    it.each<[what: string, change: Partial<Config["trunks"][number]>, line: string]>([
        ["address", {}, "from 192.0.2.7"],
        ["network", { inboundNetworks: ["198.51.100.0/24"] }, "from 192.0.2.7, 198.51.100.0/24"],
        ["registration", { register: true }, "from 192.0.2.7, or by the bridge's registration"],
        [
            "password",
            { inboundAuth: { username: "c", password: new Secret("hush"), allowLegacyDigest: false } },
            "with the password of inboundAuth, from any address",
        ],
        ["nothing", { address: [{ host: "sip.carrier.example" }] }, "cannot call in"],
        ["default user", { defaultUser: phone.user }, `from 192.0.2.7; calls to unknown numbers reach ${phone.user}`],
    ])("says how a trunk is recognised when it calls: by %s", (_what, change, line) => {
        const { defaultUser: _, ...withoutUser } = trunk;
        const { inbound } = describeConfig({ ...bare, trunks: [{ ...withoutUser, ...change }] });
        expect(inbound).toEqual([`trunk carrier (trusted): ${line}`]);
    });

    it("lists an empty configuration", () => {
        const { lines, inbound, outbound } = describeConfig(bare);
        expect(Object.fromEntries(lines)).toMatchObject({
            "SIP server": "udp 192.0.2.5:5060",
            media: "none: media is sent directly between the two parties",
        });
        expect(inbound).toEqual(["no peer, trunk or phone"]);
        expect(outbound).toEqual(["no user: dialling.allow is empty"]);
    });

    it.each<[what: string, config: Partial<Config>, warnings: readonly RegExp[]]>([
        ["no peers", {}, [/^sip\.peers, trunks and accounts are empty/]],
        ["trunks without rules", { trunks: [trunk] }, [/^dialling\.allow is empty/]],
        [
            "rules without trunks",
            { dialling: { allow: [rule] } },
            [/^sip\.peers, trunks and accounts are empty/, /have no effect; add a trunk$/],
        ],
        ["nothing if all is set", { trunks: [trunk], dialling: { allow: [rule] } }, []],
        [
            "nothing if numbers reach phones",
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
            "rules for numbers that no phone has",
            {
                accounts: [phone],
                dialling: { allow: [{ users: ["@alice:matrix.example"], numbers: patterns("+44*") }] },
            },
            [/^dialling\.allow\[0\]\.numbers\[0\]: no trunk serves \+44\*/],
        ],
        [
            "unencrypted SRTP keys to a trunk",
            { trunks: [{ ...trunk, media: "srtp" }], dialling: { allow: [rule] } },
            [/^trunks\[0\]\.media: SRTP keys are sent over tcp without encryption; set transport: tls$/],
        ],
        [
            "no SRTP keys over TLS",
            { trunks: [{ ...trunk, media: "srtp-optional", transport: "tls" }], dialling: { allow: [rule] } },
            [],
        ],
        [
            "unencrypted SRTP keys of phones",
            { accounts: [{ ...phone, media: "srtp-optional" }] },
            [/^accounts\[0\]\.media: SRTP keys are received without encryption; add a tls address to sip\.listen$/],
        ],
        [
            "no SRTP keys of phones that can use TLS",
            {
                accounts: [{ ...phone, media: "srtp" }],
                sip: { ...bare.sip, listen: [{ transport: "tls", address: "192.0.2.5", port: 5061 }] },
            },
            [],
        ],
        [
            "the lifetime of a registration that is not made",
            { trunks: [{ ...trunk, registrationSeconds: 60 }], dialling: { allow: [rule] } },
            [/^trunks\[0\]\.registrationSeconds: has no effect; set register: true$/],
        ],
        [
            "tel: URIs for an external drachtio-server",
            {
                trunks: [{ ...trunk, numberUri: "tel" }],
                dialling: { allow: [rule] },
                sip: { ...bare.sip, drachtio: { host: "127.0.0.1", port: 9022, secret: new Secret("s") } },
            },
            [
                /^trunks\[0\]\.numberUri: outbound calls on this trunk fail, because drachtio-server crashes on tel: URIs; set sip-phone$/,
            ],
        ],
        [
            "no tel: URIs with the embedded SIP server",
            { trunks: [{ ...trunk, numberUri: "tel" }], dialling: { allow: [rule] } },
            [],
        ],
        [
            "digits before a plus",
            { trunks: [{ ...trunk, dialPrefix: "9" }], dialling: { allow: [rule] } },
            [/^trunks\[0\]\.dialPrefix: is put before a \+, as in 9\+44; set numberFormat: international or national$/],
        ],
        [
            "neither digits before digits nor a code before a plus",
            {
                trunks: [
                    { ...trunk, dialPrefix: "9", numberFormat: "international" },
                    { ...trunk, dialPrefix: "*31#", address: [{ host: "192.0.2.8" }] },
                ],
                dialling: { allow: [rule] },
            },
            [],
        ],
    ])("warns about %s", (_, config, warnings) => {
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
    ])("reports numbers under %s, with the phones %j, as %s", (pattern, accounts, verdict) => {
        const { warnings } = describeConfig({
            ...bare,
            trunks: [{ ...trunk, prefixes: ["+49"] }],
            accounts,
            numbers: { ...numbers, map: { ...noRoutes, numbers: new Map([["2001" as PhoneNumber, phone.user]]) } },
            dialling: { allow: [{ users: ["@alice:matrix.example"], numbers: patterns(pattern) }] },
        });
        const warning = expect.stringMatching(/^dialling\.allow\[0\]\.numbers\[0\]: no trunk serves .*;/) as string;
        expect(warnings).toEqual(verdict === "served" ? [] : [warning]);
    });
});
