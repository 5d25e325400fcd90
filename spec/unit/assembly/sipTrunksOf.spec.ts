import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SipTrunk } from "../../../lib/sip/SipTrunk.ts";
import { sipTrunksOf } from "../../../lib/assembly/sipTrunksOf.ts";
import { ConfigFolder, MINIMAL_CONFIG } from "../../support/configFile.ts";

let folder: ConfigFolder;

beforeAll(() => {
    folder = new ConfigFolder();
});

afterAll(() => folder.remove());

function trunkOf(trunk: object, sip: object = {}): SipTrunk {
    const config = folder.load({ ...MINIMAL_CONFIG, sip, trunks: [{ name: "t", ...trunk }] });
    const [made] = sipTrunksOf(config).trunks;
    if (made === undefined) throw new Error("no trunk");
    return made;
}

const webrtc = { media: "webrtc" };

test("a user's full number is the caller ID on a trusted trunk, rather than a short one that comes first", () => {
    const config = folder.load({
        ...MINIMAL_CONFIG,
        trunks: [{ name: "t", ...webrtc, address: "192.0.2.1", trusted: true }],
        numbers: {
            map: {
                "2001": "@alice:matrix.example",
                "+442071838750": "@alice:matrix.example",
                "+442071838751": "@alice:matrix.example",
                "2002": "@bob:matrix.example",
            },
        },
    });
    expect([...(sipTrunksOf(config).trunks[0]?.callerId.byUser ?? [])].sort()).toEqual([
        ["@alice:matrix.example", "+442071838750"],
        ["@bob:matrix.example", "2002"],
    ]);
});

describe("where a trunk is", () => {
    test("one address is called and trusted", () => {
        const path = { ...webrtc, address: "192.0.2.1:8088", transport: "ws", webSocketPath: "/ws" };
        expect(trunkOf(path)).toMatchObject({ nextHop: "sip:192.0.2.1:8088;transport=ws;ws-path=/ws" });
        expect(trunkOf({ ...webrtc, address: "192.0.2.1:5080", transport: "tcp" })).toMatchObject({
            domain: "192.0.2.1:5080",
            nextHop: "sip:192.0.2.1:5080;transport=tcp",
            addresses: ["192.0.2.1"],
        });
        expect(trunkOf({ ...webrtc, address: "a.example" })).not.toHaveProperty("alternatives");
    });

    test("several addresses are called in order, and the IP addresses among them are trusted", () => {
        const address = ["a.example", "192.0.2.1", "[2001:db8::1]:5080"];
        expect(trunkOf({ ...webrtc, address, inboundNetworks: ["198.51.100.0/24"] })).toMatchObject({
            domain: "a.example",
            nextHop: "sip:a.example",
            alternatives: [
                { domain: "192.0.2.1", nextHop: "sip:192.0.2.1" },
                { domain: "[2001:db8::1]:5080", nextHop: "sip:[2001:db8::1]:5080" },
            ],
            addresses: ["192.0.2.1", "2001:db8::1", "198.51.100.0/24"],
        });
    });
});

describe("how long a trunk may be silent", () => {
    test("four seconds, and it is probed every thirty, unless the operator says otherwise", () => {
        expect(trunkOf({ ...webrtc, address: "a.example" })).toMatchObject({ answerMs: 4_000, probeMs: 30_000 });
        const own = trunkOf({ ...webrtc, address: "a.example", responseTimeoutSeconds: 1.5, probeSeconds: 0 });
        expect(own.answerMs).toBe(1_500);
        expect(own).not.toHaveProperty("probeMs");
    });

    test("is an external SIP server's own business", () => {
        const sip = { drachtio: { host: "127.0.0.1", secret: "s" } };
        expect(trunkOf({ ...webrtc, address: "a.example" }, sip)).not.toHaveProperty("answerMs");
    });
});

test("the media of peers and trunks is what their calls have to keep to", () => {
    const config = folder.load({
        ...MINIMAL_CONFIG,
        media: { rtpengine: ["127.0.0.1:2223"] },
        sip: { peers: [{ name: "p", inboundNetworks: ["192.0.2.1"], media: "srtp" }] },
        trunks: [{ name: "t", address: "a.example", media: "srtp-optional" }],
    });
    const { peers } = sipTrunksOf(config);
    expect(peers.map(({ name, minimumMedia }) => [name, minimumMedia])).toEqual([
        ["p", "srtp"],
        ["t", "srtp-optional"],
    ]);
});

describe("the caller ID of a user with a mapped number", () => {
    const callerIdOn = (trunk: object): readonly (readonly [string, string])[] => {
        const numbers = { map: { "2001": "@alice:matrix.example", "+442071838750": "@alice:matrix.example" } };
        const config = folder.load({
            ...MINIMAL_CONFIG,
            numbers,
            trunks: [{ name: "t", ...webrtc, address: "a.example", ...trunk }],
        });
        return [...(sipTrunksOf(config).trunks[0]?.callerId.byUser ?? [])];
    };

    test.each<[string, object, readonly (readonly [string, string])[]]>([
        [
            "is the full mapped number on a trusted trunk",
            { trusted: true },
            [["@alice:matrix.example", "+442071838750"]],
        ],
        ["is not the mapped number on an untrusted trunk", {}, []],
        [
            "is the trunk's own entry, if there is one",
            { trusted: true, callerIds: { "@alice:matrix.example": "2002" } },
            [["@alice:matrix.example", "2002"]],
        ],
        ["is the trunk's caller ID, if there is one", { trusted: true, callerId: "+442071838751" }, []],
    ])("%s", (_, trunk, expected) => {
        expect(callerIdOn(trunk)).toEqual(expected);
    });
});

test.each([
    [{}, { style: "none", maxLength: 60 }, []],
    [{ trusted: true }, { style: "full", maxLength: 60 }, ["asserted"]],
    [{ callerName: "ascii", callerNameLength: 15 }, { style: "ascii", maxLength: 15 }, []],
    [{ fromUser: "account", username: "u", password: "p" }, { style: "none", maxLength: 60 }, ["asserted"]],
])("a trunk with %j sends display names by %j and the identity headers %j", (trunk, callerName, identity) => {
    expect(trunkOf({ ...webrtc, address: "a.example", ...trunk })).toMatchObject({ callerName, identity });
});
