import { describe, expect, test } from "vitest";
import type { CallId } from "../../../../lib/call/vocabulary.ts";
import { chargingHeaders, readChargingVector } from "../../../../lib/sip/ims/chargingVector.ts";
import { readNetworkContext, readPhoneNetwork } from "../../../../lib/sip/ims/NetworkContext.ts";
import { outboundNetwork, settledNetwork } from "../../../../lib/sip/ims/outboundNetwork.ts";
import { aTrunk } from "../../../support/sip/aTrunk.ts";

const FULL =
    'icid-value="AyretyU0dm+6O2IrT5tAFrbHLso=023551024";icid-generated-at=192.0.2.5;orig-ioi=home1.net;term-ioi=home2.net';

describe("P-Charging-Vector", () => {
    test.each([FULL, 'icid-value="7";icid-generated-at=[2001:db8::5]'])("is written as it was read: %s", (header) => {
        expect(chargingHeaders(readChargingVector(header))).toEqual({ "P-Charging-Vector": header });
    });

    test.each<[string, object | undefined]>([
        ["icid-value=1234bc9876e", { icid: "1234bc9876e" }],
        ['ICID-Value = "a;b,c\\"d" ; orig-ioi = "home 1"', { icid: 'a;b,c"d', origIoi: "home 1" }],
        ["orig-ioi=home1.net", undefined],
        ['icid-value=""', undefined],
        ["", undefined],
        [";;;=;,", undefined],
    ])("%s", (header, vector) => {
        expect(readChargingVector(header)).toEqual(vector);
    });

    test("keeps what is not a token in quotes", () => {
        const vector = { icid: 'a"b', generatedAt: "x;term-ioi=y", origIoi: "home 1" };
        expect(readChargingVector(chargingHeaders(vector)["P-Charging-Vector"])).toEqual(vector);
    });
});

describe("what a core tells of a call", () => {
    const headers = new Map([
        ["p-charging-vector", "icid-value=7;orig-ioi=core.example"],
        ["p-access-network-info", "3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=234151D0FCE11"],
        ["p-visited-network-id", "other.net"],
    ]);

    test("is kept from a trusted peer, with us as the network it goes to", () => {
        expect(readNetworkContext(headers, { trusted: true, charging: { ioi: "us.example" } })).toEqual({
            charging: { icid: "7", origIoi: "core.example", termIoi: "us.example" },
            accessNetwork: "3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=234151D0FCE11",
            visitedNetwork: "other.net",
        });
        expect(readNetworkContext(headers, { trusted: true }).charging).toEqual({ icid: "7", origIoi: "core.example" });
    });

    test("is not accepted from an unknown peer", () => {
        expect(readNetworkContext(headers, { trusted: false, charging: {} })).toEqual({});
    });
});

describe("the access network of a registered phone", () => {
    test.each<[string, string | undefined]>([
        ["IEEE-802.11;i-wlan-node-id=001122334455", "IEEE-802.11;i-wlan-node-id=001122334455"],
        // only a network may say that a network says so (RFC 7315, section 4.4)
        ["3GPP-E-UTRAN-FDD;network-provided;utran-cell-id-3gpp=23415", undefined],
        ["IEEE-802.3, 3GPP-GERAN;NP ; cgi-3gpp=1", "IEEE-802.3"],
        ['IEEE-802.11;extension="a;network-provided,b"', 'IEEE-802.11;extension="a;network-provided,b"'],
        ["", undefined],
    ])("%s", (header, accessNetwork) => {
        const headers = new Map([
            ["p-access-network-info", header],
            ["p-charging-vector", "icid-value=7"],
            ["p-visited-network-id", "other.net"],
        ]);
        expect(readPhoneNetwork(headers)).toEqual(accessNetwork === undefined ? {} : { accessNetwork });
    });
});

describe("a call out", () => {
    const callId = "c0ffee" as CallId;
    const trunk = aTrunk({ trusted: true, charging: { ioi: "us.example" } });
    const ours = { "P-Charging-Vector": 'icid-value="c0ffee";orig-ioi=us.example' };
    const sent = new Map([["p-charging-vector", ours["P-Charging-Vector"]]]);
    const answer = new Map([["p-charging-vector", 'icid-value="c0ffee";orig-ioi=us.example;term-ioi=them.example']]);
    const access = { "P-Access-Network-Info": "IEEE-802.3" };

    test("carries a vector to a trunk that wants one, and to no other", () => {
        expect(outboundNetwork({ trunk }, callId)).toEqual(ours);
        expect(outboundNetwork({ trunk: aTrunk({ charging: {} }) }, callId)).toEqual({
            "P-Charging-Vector": 'icid-value="c0ffee"',
        });
        expect(outboundNetwork({ trunk: aTrunk({ trusted: true }) }, callId)).toEqual({});
        expect(outboundNetwork({ trunk, redirectedTo: "sip:x@elsewhere.example" }, callId)).toEqual({});
    });

    test("carries the caller's access to a trusted trunk, and to no other", () => {
        expect(outboundNetwork({ trunk }, callId, "IEEE-802.3")).toEqual({ ...ours, ...access });
        expect(outboundNetwork({ trunk: aTrunk({ trusted: true }) }, callId, "IEEE-802.3")).toEqual(access);
        expect(outboundNetwork({ trunk: aTrunk({}) }, callId, "IEEE-802.3")).toEqual({});
        expect(outboundNetwork({ trunk, redirectedTo: "sip:x@elsewhere.example" }, callId, "IEEE-802.3")).toEqual({});
    });

    test("goes on with the network that answered in it, and with what the INVITE had", () => {
        expect(settledNetwork({ trunk }, sent, answer)).toEqual({
            "P-Charging-Vector": 'icid-value="c0ffee";orig-ioi=us.example;term-ioi=them.example',
        });
        expect(settledNetwork({ trunk }, sent, new Map())).toEqual(ours);
        expect(settledNetwork({ trunk: aTrunk({ charging: {} }) }, sent, answer)).toEqual(ours);
        expect(settledNetwork({ trunk }, new Map(), answer)).toEqual({});
        const withAccess = new Map([...sent, ["p-access-network-info", "IEEE-802.3"]]);
        expect(settledNetwork({ trunk }, withAccess, new Map())).toEqual({ ...ours, ...access });
    });
});
