import { describe, expect, it } from "vitest";
import { EarlyDescriptions } from "../../../../lib/sip/uac/EarlyDescriptions.ts";
import { phone } from "../../../support/descriptions.ts";

const response = (tag: string, body = "", more: readonly (readonly [string, string])[] = []) => ({
    headers: new Map([["to", `<sip:a@b.example>;tag=${tag}`], ["content-type", "application/sdp"], ...more]),
    body,
});

describe("the answer of a 2xx without a session description", () => {
    it("is the latest one of the same dialog, although no response with it was reliable", () => {
        const early = new EarlyDescriptions();
        early.take(response("a", phone()));
        early.take(response("a", phone({ port: 40_002 })));
        early.take(response("b", phone({ port: 40_004 })));
        expect(early.of(response("a"))).toBe(phone({ port: 40_002 }));
    });

    it("is that of a reliable response if the 2xx is of a dialog without any", () => {
        const early = new EarlyDescriptions();
        early.take(response("a", phone(), [["rseq", "1"]]));
        early.take(response("b", phone({ port: 40_004 })));
        expect(early.of(response("c"))).toBe(phone());
    });

    it("is missing if there was none", () => {
        const early = new EarlyDescriptions();
        early.take(response("a"));
        expect(early.of(response("a"))).toBeUndefined();
    });
});
