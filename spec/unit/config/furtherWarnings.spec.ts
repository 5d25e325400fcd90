import { afterAll, describe, expect, it } from "vitest";
import { warningsOf } from "../../../lib/config/warningsOf.ts";
import { ConfigFolder, faultsOf, faultTextsOf, MINIMAL_CONFIG } from "../../support/configFile.ts";

const folder = new ConfigFolder();
afterAll(() => folder.remove());

const listen = ["udp:192.0.2.5:5060"];
const alice = "@alice:matrix.example";
const numbers = { map: { "2001": alice } };
const dialling = { allow: [{ users: [alice], numbers: ["+442071838750"] }] };
const trunk = { name: "pbx", address: "192.0.2.10", prefixes: ["+"], media: "webrtc" };
const phone = { username: "desk", user: alice, media: "webrtc" };
const RIGHT = { ...MINIMAL_CONFIG, sip: { listen }, trunks: [trunk], numbers, dialling };

const warningsFor = (change: object): readonly string[] => warningsOf(folder.load({ ...RIGHT, ...change }));

describe("warningsOf", () => {
    it("has none for the configuration that the cases below change", () => {
        expect(warningsFor({})).toEqual([]);
    });

    it.each<[what: string, change: object, warning: RegExp]>([
        [
            "a trunk over udp without udp listener",
            { sip: { listen: ["tcp:192.0.2.5:5060"] } },
            /^trunks\[0\]\.transport: no call can go to pbx over udp; add a udp address to sip\.listen$/,
        ],
        [
            "a trunk with an address of another family",
            { trunks: [{ ...trunk, address: "[2001:db8::1]" }] },
            /^trunks\[0\]\.address: no call can go to \[2001:db8::1\]; add an IPv6 address to sip\.listen$/,
        ],
        [
            "a trunk that is the bridge itself",
            { trunks: [{ ...trunk, address: "192.0.2.5" }] },
            /^trunks\[0\]\.address: 192\.0\.2\.5 is the bridge itself/,
        ],
        [
            "a private public address",
            { sip: { listen, publicAddress: "192.168.1.1" }, trunks: [{ ...trunk, address: "8.8.4.4" }] },
            /^sip\.publicAddress: 192\.168\.1\.1 is a private address, at which trunk pbx cannot reach the bridge;/,
        ],
        [
            "local networks without public address",
            { sip: { listen, localNetworks: ["192.168.1.0/24"] } },
            /^sip\.localNetworks: has no effect; set sip\.publicAddress$/,
        ],
        [
            "a public address next to an external SIP server",
            { sip: { publicAddress: "203.0.113.7", drachtio: { host: "127.0.0.1", secret: "s" } } },
            /^sip\.publicAddress: has no effect with sip\.drachtio;/,
        ],
        [
            "a lifetime without registration",
            { trunks: [{ ...trunk, registrationSeconds: 60 }] },
            /^trunks\[0\]\.registrationSeconds: has no effect; set register: true$/,
        ],
        [
            "a limit of costs without prices",
            { limits: { user: { costPerDay: 5 } } },
            /^limits\.user\.costPerDay: has no effect, .* set limits\.rates$/,
        ],
        [
            "a short password",
            { accounts: [{ ...phone, password: "1234567" }] },
            /^accounts\[0\]\.password: is easy to guess,/,
        ],
        [
            "a password that is the user name",
            { accounts: [{ ...phone, username: "alice-desk", password: "alice-desk" }] },
            /^accounts\[0\]\.password: is easy to guess,/,
        ],
        [
            "a short token",
            { admin: { token: "short" } },
            /^admin\.token: is easy to guess; use at least 16 characters$/,
        ],
        [
            "a trusted peer that is the internet",
            { sip: { listen, peers: [{ name: "all", inboundNetworks: ["::/0"], trusted: true, media: "webrtc" }] } },
            /^sip\.peers\[0\]\.inboundNetworks: every sender in ::\/0 can call as all with any caller identity;/,
        ],
        [
            "administration for everyone",
            { permissions: { "*": "admin" } },
            /^permissions\["\*"\]: gives every user of every homeserver the level admin;/,
        ],
        [
            "a rule with 00 instead of +",
            { dialling: { allow: [{ users: [alice], numbers: ["0044*"] }] } },
            /^dialling\.allow\[0\]\.numbers\[0\]: no trunk serves 0044\*; write \+ instead of 00: \+44\*$/,
        ],
        [
            "a national rule without a country",
            { dialling: { allow: [{ users: [alice], numbers: ["020*"] }] } },
            /no trunk serves 020\*; set numbers\.defaultCountry, or write the number with its country code$/,
        ],
    ])("warns about %s, and about nothing else", (_, change, warning) => {
        expect(warningsFor(change)).toEqual([expect.stringMatching(warning)]);
    });
});

describe("an error", () => {
    it.each<[what: string, change: object, fault: string]>([
        [
            "two listeners on one port",
            { sip: { listen: ["tcp:192.0.2.5:5060", "ws:0.0.0.0:5060"] } },
            "sip.listen[1]: must be another port; sip.listen[0] uses tcp port 5060 already",
        ],
        [
            "metrics on the port of the application service",
            { metrics: { listen: "127.0.0.1:9995" } },
            "metrics.listen: must be another port; appservice.port uses tcp port 9995 already",
        ],
        [
            "a homeserver URL with an API path",
            { homeserver: { url: "http://127.0.0.1:8008/_matrix/client", domain: "matrix.example" } },
            "homeserver.url: must be the URL without /_matrix: http://127.0.0.1:8008",
        ],
        [
            "permissions of no user",
            { permissions: { "@alice": "admin" } },
            'permissions["@alice"]: must be a user ID such as @alice:matrix.example, a server name, or "*"',
        ],
        [
            "a session that SIP does not allow",
            { calls: { sessionTimerSeconds: 30 } },
            "calls.sessionTimerSeconds: must be 0 or at least 90 (RFC 4028)",
        ],
        ["a list in place of a section", { dialling: [] }, "dialling: must be a section of keys, such as allow:"],
    ])("names %s", (_, change, fault) => {
        expect(faultTextsOf(() => folder.load({ ...RIGHT, ...change }))).toEqual([fault]);
    });

    it("is not reported for UDP and TCP on one port, nor for one port of two addresses", () => {
        const sip = { listen: ["udp:192.0.2.5:5060", "tcp:192.0.2.5:5060", "tcp:127.0.0.1:5060", "tcp:[::]:5060"] };
        expect(faultsOf(() => folder.load({ ...RIGHT, sip }))).toEqual([]);
    });
});
