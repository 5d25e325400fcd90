import { describe, expect, it } from "vitest";
import type { Config } from "../../../lib/config/Config.generated.ts";
import { describeConfig } from "../../../lib/config/describeConfig.ts";
import { Secret } from "../../../lib/config/Secret.ts";

const registrar: Config["sip"]["registrar"] = {
    minSeconds: 60,
    maxSeconds: 3600,
    maxContacts: 10,
    algorithms: ["MD5"],
};
const bare: Config = {
    homeserver: { url: "http://127.0.0.1:8008", domain: "matrix.example" },
    appservice: { bind: "127.0.0.1", port: 9995 },
    matrix: { ghostPrefix: "sip_", joinAsCallee: false, allowedDomains: [] },
    sip: { listen: [{ transport: "udp", address: "::1", port: 5060 }], unknownPeers: "drop", registrar, peers: [] },
    trunks: [],
    accounts: [],
    numbers: { map: new Map() },
    dialling: { allow: [] },
    calls: { ringSeconds: 90, maxHours: 12, maxCalls: 2000 },
    media: "none",
    store: { path: "/var/lib/sip" },
    logging: { level: "info", format: "human" },
};
const trunk: Config["trunks"][number] = {
    name: "carrier",
    address: [{ host: "sip.carrier.example", port: 5080 }, { host: "192.0.2.7" }],
    answerSeconds: 4,
    probeSeconds: 30,
    transport: "tcp",
    prefixes: ["+", ""],
    domains: ["carrier.example"],
    username: "bridge",
    password: new Secret("hush"),
    register: false,
    registerSeconds: 600,
    callerIds: new Map(),
    addresses: [],
    trusted: true,
    media: "rtp",
    numberFormat: "plus",
    dialPrefix: "",
    numberUri: "sip-phone",
    scheme: "sip",
    headers: {},
};
const rule = { users: ["*"], numbers: ["*"] };

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
            callers: "nobody",
            trunks: "none",
        });
    });

    it.each<[what: string, config: Partial<Config>, warnings: readonly RegExp[]]>([
        ["no peers", {}, [/call in/]],
        ["trunks that nobody may use", { trunks: [trunk] }, [/call out: dialling/]],
        ["rules that lead nowhere", { dialling: { allow: [rule] } }, [/call in/, /nowhere to go/]],
        ["nothing else", { trunks: [trunk], dialling: { allow: [rule] } }, []],
    ])("warns of %s", (_, config, warnings) => {
        const expected = warnings.map((warning) => expect.stringMatching(warning) as string);
        expect(describeConfig({ ...bare, ...config }).warnings).toEqual(expected);
    });
});
