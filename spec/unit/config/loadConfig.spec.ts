import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkShape } from "../../../lib/config/checkShape.ts";
import { makeCertificates } from "../../support/sip-server/testCertificates.ts";
import { ConfigFolder, MINIMAL_CONFIG } from "../../support/configFile.ts";
import { noRoutes } from "../../support/dialling.ts";

let folder: ConfigFolder;
beforeAll(() => {
    folder = new ConfigFolder();
    folder.write("drachtio.secret", "from-a-file\n");
    folder.write("admin.token", "a token\n");
    folder.write("hep.password", "a password\n");
    folder.write("carrier.password", "another\n");
    folder.write("carrier-in.password", "theirs\n");
    folder.write("alice-desk.password", "a third\n");
    folder.write("sms.key", "a fourth\n");
});
afterAll(() => folder.remove());

describe("a right configuration", () => {
    it("is complete with defaults", () => {
        expect(folder.load(MINIMAL_CONFIG)).toEqual({
            homeserver: { url: "http://127.0.0.1:8008", domain: "matrix.example" },
            appservice: { bind: "127.0.0.1", port: 9995 },
            matrix: { ghostPrefix: "sip_", joinAsCallee: false, allowedDomains: [] },
            sip: {
                listen: [
                    { transport: "udp", address: "127.0.0.1", port: 5060 },
                    { transport: "tcp", address: "127.0.0.1", port: 5060 },
                ],
                unknownPeers: "drop",
                webSocketOrigins: [],
                localNetworks: [],
                registrar: { minSeconds: 60, maxSeconds: 3600, maxContacts: 10, algorithms: ["SHA-256", "MD5"] },
                peers: [],
            },
            trunks: [],
            accounts: [],
            numbers: { shortCodeDigits: 6, shortCodes: [], map: noRoutes },
            dialling: { allow: [] },
            calls: { ringSeconds: 90, maxHours: 12, sessionTimerSeconds: 600, maxCalls: 2000 },
            messaging: {
                allow: [],
                block: [],
                blockedSenders: "reject",
                retryHours: 6,
                offlineHours: 24,
                maxBytes: 8000,
                perMinute: 60,
                burst: 30,
                maxWaiting: 10000,
                notices: false,
                reactions: false,
                readReceipts: false,
                typing: false,
                services: [],
                files: { maxMegabytes: 20, linkHours: 72, allowedHosts: [] },
            },
            media: "none",
            store: { path: join(folder.path, "data") },
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
                emergencyNumbers: ["112", "911", "999", "110"],
                emergency: "allow",
                whenReached: "end",
            },
            logging: { level: "info", format: "human", numbers: "short", sip: false },
        });
    });

    it("has its texts parsed", () => {
        const config = folder.load({
            ...MINIMAL_CONFIG,
            homeserver: { url: "https://matrix.example/", domain: "matrix.example" },
            sip: { listen: ["tcp:[::1]:5070"] },
            media: { rtpengine: ["[::1]:2223", "rtpengine.example:2223"] },
            numbers: { defaultCountry: "gb", map: { "020 7183 8750": "@alice:matrix.example", "\\*21#": "@b:c" } },
            trunks: [
                {
                    name: "carrier",
                    address: "SIP.carrier.example",
                    callerId: "020 7183 8750",
                    callerIds: { "@alice:matrix.example": "2001", "@bob:matrix.example": "anonymous" },
                },
            ],
            dialling: {
                allow: [
                    {
                        users: ["@*:matrix.example"],
                        numbers: ["020 7183 8750", "+44 (20)*", "*@PBX.example", "\\*21#"],
                    },
                ],
            },
        });
        expect(config.homeserver.url).toBe("https://matrix.example");
        expect(config.sip.listen).toEqual([{ transport: "tcp", address: "::1", port: 5070 }]);
        expect(config.media).toMatchObject({
            rtpengine: [
                { host: "::1", port: 2223 },
                { host: "rtpengine.example", port: 2223 },
            ],
            timeoutMs: 2000,
        });
        expect([...config.numbers.map.numbers]).toEqual([
            ["+442071838750", "@alice:matrix.example"],
            ["*21#", "@b:c"],
        ]);
        expect(config.trunks[0]).toEqual({
            name: "carrier",
            video: false,
            transfers: "deny",
            shortCodes: [],
            address: [{ host: "SIP.carrier.example" }],
            transport: "udp",
            fromUser: "caller",
            callerNameLength: 60,
            responseTimeoutSeconds: 4,
            probeSeconds: 30,
            prefixes: ["+"],
            domains: [],
            callerId: "+442071838750",
            callerIds: new Map([
                ["@alice:matrix.example", "2001"],
                ["@bob:matrix.example", "anonymous"],
            ]),
            register: false,
            registrationSeconds: 600,
            inboundNetworks: [],
            trusted: false,
            media: "rtp",
            dtmf: "auto",
            earlyMedia: "ignore",
            numberFormat: "plus",
            callsPerSecond: 20,
            dialPrefix: "",
            numberUri: "sip-phone",
            scheme: "sip",
            headers: {},
        });
        expect(config.dialling.allow[0]?.numbers).toEqual(["+442071838750", "+4420*", "*@pbx.example", "\\*21#"]);
    });

    it("may have numbers as unquoted keys, and sections with nothing in them", () => {
        const config = folder.loadText(
            `${stringify(MINIMAL_CONFIG)}numbers:\n  map:\n    +442071838750: "@alice:matrix.example"\nsip:\n`,
        );
        expect([...config.numbers.map.numbers.keys()]).toEqual(["+442071838750"]);
        expect(config.sip.unknownPeers).toBe("drop");
    });

    it("cannot be written to", () => {
        const config = folder.load({
            ...MINIMAL_CONFIG,
            sip: { peers: [{ name: "a", inboundNetworks: ["::1"], media: "webrtc" }] },
        });
        for (const part of [config, config.sip, config.sip.peers, config.sip.peers[0]]) {
            expect(Object.isFrozen(part)).toBe(true);
        }
    });

    it("keeps secrets, given as text or in files, out of sight", () => {
        const config = folder.load({
            ...MINIMAL_CONFIG,
            sip: { drachtio: { host: "127.0.0.1", secret: { file: "drachtio.secret" } } },
            trunks: [{ name: "t", address: "t.example", username: "u", password: "in-the-file", media: "webrtc" }],
        });
        expect(config.sip.drachtio?.secret.reveal()).toBe("from-a-file");
        expect(config.trunks[0]?.password?.reveal()).toBe("in-the-file");
        const printed = `${JSON.stringify(config)} ${inspect(config, { depth: 9, showHidden: true })} ${String(config.trunks[0]?.password)}`;
        expect(printed).toContain("***");
        expect(printed).not.toMatch(/from-a-file|in-the-file/);
    });
});

describe("config.sample.yaml", () => {
    const sample = readFileSync(new URL("../../../config.sample.yaml", import.meta.url), "utf8");

    it("is a right configuration", () => {
        expect(folder.loadText(sample).homeserver.domain).toBe("matrix.example");
    });

    it("is one too with everything in it switched on", () => {
        const switchedOn = sample.replace(/^( *)#(?! \S)/gm, "$1");
        const { ca, ours } = makeCertificates({ ours: "DNS:bridge.example" });
        const files = { "fullchain.pem": ours.certificate, "privkey.pem": ours.key, "ca.pem": ca, hosts: "" };
        for (const [file, text] of Object.entries(files)) folder.write(file, text);
        const config = folder.loadText(switchedOn);
        expect(config.trunks[0]?.callerIds.size).toBe(1);
        expect(config.sip.drachtio?.secret.reveal()).toBe("from-a-file");
        expect(config.numbers.map).toMatchObject({ patterns: [{ written: "20??" }, {}] });
    });
});

describe("the data directory", () => {
    it.each([
        ["/etc/matrix-appservice-sip", undefined, "/var/lib/matrix-appservice-sip"],
        ["/etc/matrix-appservice-sip", "data", "/var/lib/matrix-appservice-sip"],
        ["/etc/matrix-appservice-sip", "other", "/etc/matrix-appservice-sip/other"],
        ["/home/alice/sip", undefined, "/home/alice/sip/data"],
        ["/home/alice/sip", "/srv/sip", "/srv/sip"],
    ])("of a configuration in %s with store.path %s is %s", (folderOfConfig, path, expected) => {
        const config: { readonly store: { path?: string } } = {
            ...structuredClone(MINIMAL_CONFIG),
            store: path === undefined ? {} : { path },
        };
        expect(checkShape(config, { folder: folderOfConfig, isWritten: () => false })).toEqual([]);
        expect(config.store.path).toBe(expected);
    });
});
