import { describe, expect, test } from "vitest";
import type { CallId } from "../../../../lib/call/vocabulary.ts";
import { chargingHeaders, readChargingVector } from "../../../../lib/sip/ims/chargingVector.ts";
import { readNetworkContext } from "../../../../lib/sip/ims/NetworkContext.ts";
import { outboundCharging, settledCharging } from "../../../../lib/sip/ims/outboundCharging.ts";
import { aTrunk } from "../../../support/sip/aTrunk.ts";

const FULL =
    'icid-value="AyretyU0dm+6O2IrT5tAFrbHLso=023551024";icid-generated-at=192.0.2.5;orig-ioi=home1.net;term-ioi=home2.net';

describe("P-Charging-Vector", () => {
    test("is written as it was read", () => {
        expect(chargingHeaders(readChargingVector(FULL))).toEqual({ "P-Charging-Vector": FULL });
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
        const vector = { icid: 'a"b', origIoi: "home 1" };
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

    test("is not taken from a stranger", () => {
        expect(readNetworkContext(headers, { trusted: false, charging: {} })).toEqual({});
    });
});

describe("a call out", () => {
    const callId = "c0ffee" as CallId;
    const trunk = aTrunk({ trusted: true, charging: { ioi: "us.example" } });
    const ours = { "P-Charging-Vector": 'icid-value="c0ffee";orig-ioi=us.example' };
    const sent = new Map([["p-charging-vector", ours["P-Charging-Vector"]]]);
    const answer = new Map([["p-charging-vector", 'icid-value="c0ffee";orig-ioi=us.example;term-ioi=them.example']]);

    test("carries a vector to a trunk that wants one, and to no other", () => {
        expect(outboundCharging({ trunk }, callId)).toEqual(ours);
        expect(outboundCharging({ trunk: aTrunk({ charging: {} }) }, callId)).toEqual({
            "P-Charging-Vector": 'icid-value="c0ffee"',
        });
        expect(outboundCharging({ trunk: aTrunk({ trusted: true }) }, callId)).toEqual({});
        expect(outboundCharging({ trunk, redirectedTo: "sip:x@elsewhere.example" }, callId)).toEqual({});
    });

    test("goes on with the network that answered in it", () => {
        expect(settledCharging({ trunk }, sent, answer)).toEqual({
            "P-Charging-Vector": 'icid-value="c0ffee";orig-ioi=us.example;term-ioi=them.example',
        });
        expect(settledCharging({ trunk }, sent, new Map())).toEqual(ours);
        expect(settledCharging({ trunk: aTrunk({ charging: {} }) }, sent, answer)).toEqual(ours);
        expect(settledCharging({ trunk }, new Map(), answer)).toEqual({});
    });
});
