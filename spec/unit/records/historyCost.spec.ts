import { describe, expect, it } from "vitest";
import { overviewOf } from "../../../lib/admin/http/overview.ts";
import { CallHistory } from "../../../lib/records/CallHistory.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import type { CallRecord } from "../../../lib/records/CallRecord.ts";
import { aCallRecord } from "../../support/aCallRecord.ts";
import { aFakeAdministration } from "../../support/aFakeAdministration.ts";

const NOW = 100 * 3_600_000;

/** A history of calls in which every read of a record is counted. */
function countedHistory(calls: number): { readonly history: CallHistory; reads(ask: () => unknown): number } {
    let reads = 0;
    const history = new CallHistory({ maxCalls: 20_000, maxAgeMs: 1e12, now: () => NOW });
    for (let index = 0; index < calls; index++) {
        const ids = { callId: `c${index}`, sipCallId: `s${index}`, endedAt: NOW - calls + index };
        const failure = index % 50 === 0 ? ({ cause: "noResponse", fault: "trunk" } as const) : {};
        const callee = { kind: "user", user: `@user${index % 100}:matrix.example` as MatrixUserId } as const;
        const call = aCallRecord({ ...ids, ...failure, callee });
        const counted = new Proxy(call, {
            get: (record, key: keyof CallRecord) => {
                reads += 1;
                return record[key];
            },
        });
        history.ended(counted);
    }
    return {
        history,
        reads: (ask) => {
            reads = 0;
            ask();
            return reads;
        },
    };
}

function found(history: CallHistory, party: string, limit: number): void {
    expect(history.query({ party, failedOnly: false, limit })).toHaveLength(limit);
}

function none(history: CallHistory, party: string, failedOnly: boolean): void {
    expect(history.query({ party, failedOnly, limit: 20 })).toEqual([]);
}

describe("the cost of inspect commands", () => {
    const [few, many] = [countedHistory(200), countedHistory(20_000)];

    it.each([
        ["history", (history: CallHistory) => history.query({ failedOnly: false, limit: 20 })],
        ["history * failed", (history: CallHistory) => history.query({ failedOnly: true, limit: 4 })],
        ["history <user>", (history: CallHistory) => found(history, "@user7:matrix.example", 2)],
        ["history <part of a user>", (history: CallHistory) => found(history, "@user9", 20)],
        ["history <user> failed without a failed call", (history: CallHistory) => none(history, "@user7:", true)],
        ["history <party without calls>", (history: CallHistory) => none(history, "+4930", false)],
        ["call <id>", (history: CallHistory) => history.find("c0")],
        ["calls per hour", (history: CallHistory) => history.perHour()],
        [
            "the page",
            (history: CallHistory) => {
                const fake = aFakeAdministration();
                const { query, perHour } = {
                    query: history.query.bind(history),
                    perHour: history.perHour.bind(history),
                };
                overviewOf({ ...fake, calls: { ...fake.calls, history: query, perHour } });
            },
        ],
    ])("of %s is the same for 200 and 20,000 ended calls", (_, ask) => {
        expect(many.reads(() => ask(many.history))).toBe(few.reads(() => ask(few.history)));
    });

    it("counts calls of the last day by hour and result, and forgets ids of calls that are not kept", () => {
        const history = new CallHistory({ maxCalls: 2, maxAgeMs: 1e12, now: () => NOW });
        history.ended(aCallRecord({ callId: "c1", endedAt: NOW - 3_600_000 }));
        history.ended(aCallRecord({ callId: "c2", endedAt: NOW, cause: "mediaLost", fault: "media" }));
        history.ended(aCallRecord({ callId: "c3", endedAt: NOW }));
        expect(history.perHour()).toHaveLength(24);
        expect(history.perHour().slice(-2)).toMatchObject([{ answered: 1 }, { answered: 1, failed: 1, other: 0 }]);
        expect([history.find("c1"), history.find("c3")?.callId]).toEqual([undefined, "c3"]);
    });
});
