import { describe, expect, it } from "vitest";
import { CallHistory } from "../../../lib/records/CallHistory.ts";
import { callRecordLine, parseCallRecordLine } from "../../../lib/records/callRecordLine.ts";
import { aCallRecord } from "../../support/aCallRecord.ts";

describe("CallHistory", () => {
    const historyOf = (maxCalls: number, now = 20_000): CallHistory =>
        new CallHistory({ maxCalls, maxAgeMs: 10_000, now: () => now });

    it("returns the newest calls first, and only those of a party", () => {
        const history = historyOf(10);
        for (const callId of ["c1", "c2", "c3"]) history.ended(aCallRecord({ callId }));
        history.ended(aCallRecord({ callId: "c4", via: { kind: "trunk", name: "pbx" } }));
        const ids = (party?: string) =>
            history
                .query({ ...(party !== undefined && { party }), failedOnly: false, limit: 2 })
                .map(({ callId }) => callId);
        expect(ids()).toEqual(["c4", "c3"]);
        expect(ids("carrier")).toEqual(["c3", "c2"]);
        expect(ids("+442071838750")).toEqual(["c4", "c3"]);
    });

    it("finds a party by a part of its name only if no party has exactly that name", () => {
        const history = historyOf(10);
        const called = (callId: string, account: string): void =>
            history.ended(aCallRecord({ callId, callee: { kind: "phone", account } }));
        called("c1", "200");
        called("c2", "2001");
        called("c3", "2002");
        const idsOf = (party: string): readonly string[] =>
            history.query({ party, failedOnly: false, limit: 10 }).map(({ callId }) => callId);
        expect([idsOf("200"), idsOf("00"), idsOf("2002"), idsOf("9")]).toEqual([
            ["c1"],
            ["c3", "c2", "c1"],
            ["c3"],
            [],
        ]);
    });

    it("does not find calls that it has forgotten", () => {
        const history = historyOf(1);
        history.ended(
            aCallRecord({ callId: "bad", cause: "noResponse", fault: "trunk", via: { kind: "trunk", name: "old" } }),
        );
        history.ended(aCallRecord({ callId: "good" }));
        expect(history.query({ party: "old", failedOnly: false, limit: 9 })).toEqual([]);
        expect(history.query({ failedOnly: true, limit: 9 })).toEqual([]);
    });

    it("returns only calls that failed, which a caller who gives up did not", () => {
        const history = historyOf(10);
        history.ended(aCallRecord({ callId: "good" }));
        history.ended(aCallRecord({ callId: "bad", cause: "noResponse", fault: "trunk" }));
        history.ended(aCallRecord({ callId: "given up", cause: "cancelled", fault: "caller" }));
        expect(history.query({ failedOnly: true, limit: 10 }).map(({ callId }) => callId)).toEqual(["bad"]);
    });

    it("forgets the oldest calls beyond its size and age", () => {
        const history = historyOf(2, 40_000);
        history.ended(aCallRecord({ callId: "old", endedAt: 1_000 }));
        for (const callId of ["c1", "c2", "c3"]) history.ended(aCallRecord({ callId, endedAt: 39_000 }));
        expect([history.find("old"), history.find("c1"), history.find("c3")?.callId]).toEqual([
            undefined,
            undefined,
            "c3",
        ]);
    });
});

describe("a line of the call records", () => {
    it("can be read again", () => {
        const call = aCallRecord({ response: { status: 200, reason: "OK" } });
        expect(parseCallRecordLine(callRecordLine(call, "full"))).toMatchObject(call);
    });

    it("contains no complete number if they are to be shortened", () => {
        expect(callRecordLine(aCallRecord(), "short")).not.toContain("2071838");
    });

    it.each(["", "{", "[]", '{"callId":"c"}'])("ignores %j", (line) => {
        expect(parseCallRecordLine(line)).toBeUndefined();
    });
});
