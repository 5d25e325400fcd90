import { describe, expect, it } from "vitest";
import { deliveryResult, mayFailOver } from "../../../../lib/sip/message/deliveryResult.ts";

const result = (status: number, headers: Record<string, string> = {}, attempt = 1): object =>
    deliveryResult({ status, headers: new Map(Object.entries(headers)) }, "ref", attempt, "recipient");

describe("deliveryResult", () => {
    it.each<[number, object]>([
        [200, { kind: "accepted", by: "recipient" }],
        [202, { kind: "accepted", by: "network" }],
        [403, { kind: "rejected", cause: "rejected" }],
        [404, { kind: "rejected", cause: "unknownRecipient" }],
        [405, { kind: "rejected", cause: "rejected" }],
        [408, { kind: "unavailable" }],
        [413, { kind: "rejected", cause: "tooLarge" }],
        [415, { kind: "rejected", cause: "unsupportedContent" }],
        [480, { kind: "unavailable" }],
        [484, { kind: "rejected", cause: "unknownRecipient" }],
        [486, { kind: "unavailable" }],
        [500, { kind: "unavailable" }],
        [501, { kind: "rejected", cause: "rejected" }],
        [503, { kind: "unavailable" }],
        [513, { kind: "rejected", cause: "tooLarge" }],
        [603, { kind: "rejected", cause: "rejected" }],
        [604, { kind: "rejected", cause: "unknownRecipient" }],
    ])("maps %i", (status, expected) => {
        expect(result(status)).toMatchObject(expected);
    });

    it("reads Retry-After, with a comment too, and limits it to a day", () => {
        expect(result(503, { "retry-after": "30 (maintenance);duration=60" })).toEqual({
            kind: "unavailable",
            retryAfterMs: 30_000,
        });
        expect(result(503, { "retry-after": "999999999" })).toEqual({ kind: "unavailable", retryAfterMs: 86_400_000 });
        expect(result(503, { "retry-after": "soon" })).toEqual({ kind: "unavailable" });
    });

    it("takes 482 for acceptance in a repeated attempt only: the recipient has the request already", () => {
        expect(result(482)).toMatchObject({ kind: "rejected" });
        expect(result(482, {}, 2)).toMatchObject({ kind: "accepted" });
    });
});

describe("mayFailOver", () => {
    it.each([
        [408, true],
        [503, true],
        [501, false],
        [404, false],
        [480, false],
        [603, false],
    ])("after %i: %s", (status, expected) => {
        expect(mayFailOver({ status })).toBe(expected);
    });
});
