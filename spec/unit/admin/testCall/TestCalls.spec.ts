import { setImmediate } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { TestCalls } from "../../../../lib/admin/testCall/TestCalls.ts";
import type { CallId, Sdp } from "../../../../lib/call/vocabulary.ts";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../../../lib/numbering/PhoneNumber.ts";
import type { CallIntake, CallRequest } from "../../../../lib/ports/CallIntake.ts";
import type { HeardAudio } from "../../../../lib/ports/TestTone.ts";
import { FakeClock } from "../../../support/FakeClock.ts";

const ORDER = {
    caller: "@root:matrix.example" as MatrixUserId,
    callee: { kind: "number", number: "+442079460155" as PhoneNumber },
    trunks: ["carrier"],
} as const;
const SILENCE: HeardAudio = { packets: 0, audiblePackets: 0, tone: "missing" };

describe("TestCalls", () => {
    let clock: FakeClock;
    let requests: CallRequest[];
    let reported: string[];
    let tone: { heard: HeardAudio; started: string[]; closed: number };
    let calls: TestCalls;
    let intake: CallIntake;

    beforeEach(() => {
        clock = new FakeClock();
        requests = [];
        reported = [];
        tone = { heard: SILENCE, started: [], closed: 0 };
        intake = {
            open: (request) => {
                requests.push(request);
                return { report: ({ kind }) => reported.push(kind) };
            },
        };
        calls = new TestCalls({
            intake: { open: (request) => intake.open(request) },
            newCallId: () => "t1" as CallId,
            openTone: () =>
                Promise.resolve({
                    offer: "offer" as Sdp,
                    start: (answer) => tone.started.push(answer),
                    heard: () => tone.heard,
                    close: () => void (tone.closed += 1),
                }),
            mediaOf: () => "rtp",
            clock,
        });
    });

    /** The result of a call that is answered, and in which this was heard until `ms` later. */
    async function afterAnswer(hear: HeardAudio, ms: number): Promise<unknown> {
        const placed = calls.place(ORDER);
        await setImmediate();
        await requests[0]?.origin.accept("answer" as Sdp);
        tone.heard = hear;
        clock.advance(ms);
        return placed;
    }

    it("calls by the given trunk, and ends the call as soon as the tone came back", async () => {
        const result = await afterAnswer({ packets: 80, audiblePackets: 80, tone: "returned" }, 400);
        expect(result).toMatchObject({ callId: "t1", verdict: "bothWays", endedBy: "bridge", answered: "yes" });
        expect(requests[0]?.ring[0].targets[0]).toMatchObject({ network: "sip", trunks: ["carrier"] });
        expect([tone.started, reported, tone.closed]).toEqual([["answer"], ["ended"], 1]);
    });

    it.each([
        ["oneWay", { packets: 300, audiblePackets: 200, tone: "missing" }],
        ["none", { packets: 300, audiblePackets: 3, tone: "missing" }],
        ["none", SILENCE],
    ] as const)("listens for six seconds and finds %s for %j", async (verdict, heard) => {
        expect(await afterAnswer(heard, 6_200)).toMatchObject({ verdict, endedBy: "bridge" });
    });

    it("is inconclusive if the other side hangs up before there was audio", async () => {
        const placed = calls.place(ORDER);
        await setImmediate();
        await requests[0]?.origin.accept("answer" as Sdp);
        await requests[0]?.origin.end("hungUp");
        expect(await placed).toMatchObject({ verdict: "inconclusive", endedBy: "other", cause: "hungUp" });
        expect(clock.pending).toBe(0);
    });

    it("is inconclusive if the call is rejected by the other side, or by the bridge itself", async () => {
        const placed = calls.place(ORDER);
        await setImmediate();
        await requests[0]?.origin.end("busy");
        expect(await placed).toMatchObject({ verdict: "inconclusive", answered: "no", cause: "busy" });
        intake = { open: () => ({ refused: "serviceUnavailable" }) };
        expect(await calls.place(ORDER)).toMatchObject({ verdict: "inconclusive", cause: "serviceUnavailable" });
        expect(tone.closed).toBe(2);
    });

    it("places one test call at a time", async () => {
        const first = calls.place(ORDER);
        expect(await calls.place(ORDER)).toBe("busy");
        await setImmediate();
        await requests[0]?.origin.end("busy");
        await first;
        void calls.place(ORDER);
        await setImmediate();
        expect(requests).toHaveLength(2);
    });
});
