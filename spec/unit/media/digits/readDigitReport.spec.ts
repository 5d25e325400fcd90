import { describe, expect, it } from "vitest";
import { readDigitReport } from "../../../../lib/media/digits/readDigitReport.ts";

/** As rtpengine 10.5.3 sent it. */
const report = {
    callid: "call1",
    source_tag: "origin",
    tags: ["target", "origin"],
    type: "DTMF",
    timestamp: 1_796_069_266,
    source_ip: "127.0.0.1",
    event: 11,
    duration: 100,
    volume: 10,
};

const read = (value: unknown): unknown => readDigitReport(Buffer.from(JSON.stringify(value)));

describe("rtpengine's report of a digit", () => {
    it("names the call, the party and the key", () => {
        expect(read(report)).toEqual({ call: "call1", side: "origin", digit: "#" });
        expect(read({ ...report, source_tag: "target", event: 0 })).toMatchObject({ side: "target", digit: "0" });
    });

    it.each([
        ["is not JSON", "nonsense"],
        ["is no object", [report]],
        ["is of another type", { ...report, type: "HOOK" }],
        ["names no call", { ...report, callid: 7 }],
        ["names a party that the bridge does not have", { ...report, source_tag: "mallory" }],
        ["has an event that is no key", { ...report, event: 16 }],
        ["has an event that is no whole number", { ...report, event: 1.5 }],
        ["has an event that is a text", { ...report, event: "1" }],
        ["has an event below zero", { ...report, event: -1 }],
        ["is longer than any report", { ...report, more: "x".repeat(3_000) }],
    ])("is ignored if it %s", (_, value) => {
        expect(read(value)).toBeUndefined();
    });

    it("is ignored if it is text that no parser reads", () => {
        expect(readDigitReport(Buffer.from("{"))).toBeUndefined();
        expect(readDigitReport(Buffer.alloc(0))).toBeUndefined();
    });
});
