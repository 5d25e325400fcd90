import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { reachabilityWarnings } from "../../../lib/config/reachabilityWarnings.ts";
import { ConfigFolder, MINIMAL_CONFIG } from "../../support/configFile.ts";

const alice = "@alice:matrix.example";
const numbers = { map: { "2001": alice } };
const listen = ["udp:192.0.2.5:5060"];
const trunk = { name: "pbx", address: "192.0.2.10", media: "webrtc" };
const peer = { name: "phones", inboundNetworks: ["198.51.100.0/24"], media: "webrtc" };
const account = { username: "acc", password: "secret" };

function warningsFor(config: object): readonly string[] {
    const folder = new ConfigFolder();
    try {
        return reachabilityWarnings(folder.loadText(stringify({ ...MINIMAL_CONFIG, numbers, ...config })));
    } finally {
        folder.remove();
    }
}

describe("reachabilityWarnings", () => {
    it.each<[what: string, config: object, warning: RegExp]>([
        [
            "a trunk with a name that nothing recognises",
            { sip: { listen }, trunks: [{ ...trunk, address: "pbx.local" }] },
            /^trunks\[0\]: pbx can never call in, because address is a name; set inboundNetworks, register or inboundAuth$/,
        ],
        [
            "loopback listeners with a trunk elsewhere",
            { trunks: [trunk] },
            /^sip\.listen: trunk pbx cannot reach the bridge, because it listens on loopback addresses only;/,
        ],
        [
            "loopback listeners with a peer elsewhere",
            { sip: { peers: [peer] } },
            /^sip\.listen: peer phones cannot reach the bridge/,
        ],
        [
            "loopback listeners with phones",
            { accounts: [{ ...account, user: alice, media: "webrtc" }] },
            /^sip\.listen: phones on other machines cannot reach the bridge/,
        ],
        [
            "a wildcard address without public address",
            { sip: { listen: ["udp:0.0.0.0:5060"] }, trunks: [trunk] },
            /^sip\.listen: with 0\.0\.0\.0, .* set sip\.publicAddress, or listen on one address$/,
        ],
        [
            "a private address with a public trunk",
            { sip: { listen: ["udp:192.168.1.5:5060"] }, trunks: [{ ...trunk, address: "8.8.4.4" }] },
            /^sip\.publicAddress: trunk pbx cannot send requests to a private address;/,
        ],
        [
            "calls of a trunk and a peer to numbers that reach no user",
            { sip: { listen, peers: [peer] }, trunks: [trunk], numbers: {} },
            /^numbers\.map is empty, so calls from peer phones and trunk pbx to phone numbers are rejected with 404;/,
        ],
        [
            "a registration whose calls reach no user",
            { sip: { listen }, trunks: [{ ...trunk, ...account, register: true }], numbers: {} },
            /^trunks\[0\]: calls to the account that is registered with pbx reach no user; set defaultUser, or add acc to numbers\.map$/,
        ],
        [
            "a peer and a trunk at one address",
            { sip: { listen, peers: [{ ...peer, inboundNetworks: ["192.0.2.0/24"] }] }, trunks: [trunk] },
            /^trunks\[0\]: inbound calls from 192\.0\.2\.10 count as those of sip\.peers\[0\], which comes first;/,
        ],
        [
            "two trunks at one address with the same prefixes",
            {
                sip: { listen },
                trunks: [trunk, { ...trunk, name: "pbx2" }].map((each) => ({
                    ...each,
                    address: "pbx.local",
                    inboundAuth: { username: each.name, password: "secret" },
                })),
            },
            /^trunks\[1\]: pbx2 has the address and prefixes of pbx, which is always used first;/,
        ],
    ])("warns about %s", (_what, config, warning) => {
        expect(warningsFor(config)).toEqual([expect.stringMatching(warning)]);
    });

    it.each<[what: string, config: object]>([
        [
            "a trunk with a name and a network",
            { trunks: [{ ...trunk, address: "a.b", inboundNetworks: ["192.0.2.0/24"] }] },
        ],
        [
            "a trunk with a name and a registration",
            { trunks: [{ ...trunk, ...account, address: "a.b", register: true, defaultUser: alice }], numbers: {} },
        ],
        [
            "a registration by a mapped name",
            { trunks: [{ ...trunk, ...account, register: true }], numbers: { map: { acc: alice } } },
        ],
        [
            "a registration with mapped numbers",
            { trunks: [{ ...trunk, ...account, register: true }], numbers: { map: { "2001": alice } } },
        ],
        [
            "a trunk with a default user for all of its calls",
            { trunks: [{ ...trunk, defaultUser: alice }], numbers: {} },
        ],
        [
            "two trunks with different prefixes",
            { trunks: [trunk, { ...trunk, name: "b", address: "192.0.2.11", prefixes: ["+44"] }] },
        ],
    ])("does not warn about %s", (_what, config) => {
        expect(warningsFor({ sip: { listen }, ...config })).toEqual([]);
    });

    it.each<[what: string, config: object]>([
        ["cannot call in", { sip: { listen }, trunks: [{ ...trunk, address: "pbx.local" }] }],
        ["cannot reach a loopback address", { trunks: [trunk] }],
    ])("does not warn about unmapped numbers for a trunk that %s", (_what, config) => {
        expect(warningsFor({ ...config, numbers: {} })).toEqual([expect.not.stringContaining("numbers.map")]);
    });

    it("does not warn about loopback listeners if all peers are on this machine", () => {
        expect(warningsFor({ trunks: [{ ...trunk, address: "127.0.0.1" }] })).toEqual([]);
    });

    it("does not warn about a private address towards private trunks", () => {
        expect(
            warningsFor({ sip: { listen: ["udp:10.0.0.5:5060"] }, trunks: [{ ...trunk, address: "10.0.0.9" }] }),
        ).toEqual([]);
    });
});
