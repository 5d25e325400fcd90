import { beforeEach, describe, expect, it } from "vitest";
import type { CallId, Sdp } from "../../../lib/call/vocabulary.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import type { CallRequest, CallTarget } from "../../../lib/ports/CallIntake.ts";
import type { CallRecord, LiveCallRecord } from "../../../lib/records/CallRecord.ts";
import { CallRecords } from "../../../lib/records/CallRecords.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { FakeLeg } from "../../support/FakeLeg.ts";

const ID = "c1" as CallId;
const ALICE = "@alice:matrix.example" as MatrixUserId;
const NUMBER = { kind: "number", number: "+442071838750" as PhoneNumber } as const;
const INBOUND: CallRequest = {
    callId: ID,
    origin: new FakeLeg(),
    originMedia: "rtp",
    offer: "O" as Sdp,
    ring: [{ targets: [{ network: "matrix", media: "webrtc", callee: ALICE, caller: NUMBER }], forMs: 60_000 }],
    policy: { ringMs: 60_000, maxDurationMs: 3_600_000 },
};
const TO_NUMBER: CallTarget = {
    network: "sip",
    media: "rtp",
    callee: NUMBER,
    caller: ALICE,
    trunks: ["carrier", "spare"],
};
const OUTBOUND: CallRequest = {
    ...INBOUND,
    ring: [{ targets: [TO_NUMBER], forMs: 60_000 }],
};

describe("CallRecords", () => {
    let clock: FakeClock;
    let records: CallRecords;
    let started: LiveCallRecord[];
    let ended: CallRecord[];

    beforeEach(() => {
        clock = new FakeClock();
        started = [];
        ended = [];
        const sink = {
            started: (call: LiveCallRecord) => started.push(call),
            ended: (call: CallRecord) => ended.push(call),
        };
        records = new CallRecords({ clock, sinks: [sink] });
    });

    it("counts a call with early media as answered only when it is", () => {
        records.started(ID, INBOUND);
        records.note(ID, { kind: "earlyAnswer", state: "waiting" });
        records.answered(ID);
        expect(records.live()[0]?.answeredAt).toBeUndefined();
        clock.advance(3_000);
        records.note(ID, { kind: "earlyAnswer", state: "answered" });
        expect(records.live()[0]?.answeredAt).toBe(clock.now());
    });

    it("uses notes from before the start of an inbound call", () => {
        records.note(ID, { kind: "inviteReceived", from: "peer", sender: "pbx", sipCallId: "x@pbx" });
        records.started(ID, INBOUND);
        expect(started).toMatchObject([
            {
                direction: "inbound",
                caller: NUMBER,
                callee: { user: ALICE },
                via: { kind: "trunk", name: "pbx" },
                sipCallId: "x@pbx",
            },
        ]);
    });

    it("records times, cause, fault and the final response of a call", () => {
        records.started(ID, OUTBOUND);
        clock.advance(100);
        records.note(ID, { kind: "inviteSent", trunk: "spare", sipCallId: "y" });
        clock.advance(900);
        records.ringing(ID);
        clock.advance(4_000);
        records.note(ID, { kind: "finalResponse", response: { status: 486, reason: "Busy Here" } });
        records.ended(ID, "busy", "target");
        records.settled(ID);
        const start = started[0]?.startedAt ?? 0;
        expect(ended).toMatchObject([
            {
                via: { kind: "trunk", name: "spare" },
                sipCallId: "y",
                ringingAt: start + 1_000,
                endedAt: start + 5_000,
                cause: "busy",
                fault: "callee",
                response: { status: 486, reason: "Busy Here" },
            },
        ]);
        expect(ended[0]).not.toHaveProperty("answeredAt");
    });

    it("blames the trunk for a call that failed without ringing", () => {
        records.started(ID, OUTBOUND);
        records.ended(ID, "noResponse", "target");
        records.settled(ID);
        expect(ended[0]?.fault).toBe("trunk");
    });

    it("trusts an adapter that knows whose fault it was", () => {
        records.started(ID, INBOUND);
        records.note(ID, { kind: "fault", party: "homeserver", reason: "M_FORBIDDEN" });
        records.note(ID, { kind: "fault", party: "bridge", reason: "later" });
        records.ended(ID, "unavailable", "target");
        records.settled(ID);
        expect(ended).toMatchObject([{ fault: "homeserver", faultReason: "M_FORBIDDEN" }]);
    });

    it("records the audio of an answered call, the Matrix event that ended it, and the last SIP reason", () => {
        const reasons = new Map([["y", { text: "Q.850;cause=16", q850: 16 }]]);
        const sink = { ended: (call: CallRecord) => ended.push(call) };
        records = new CallRecords({ clock, sinks: [sink], sipReasonOf: (id) => reasons.get(id) });
        records.started(ID, OUTBOUND);
        records.note(ID, { kind: "inviteSent", trunk: "carrier", sipCallId: "y" });
        records.answered(ID);
        clock.advance(10_000);
        const end = { event: "m.call.hangup", direction: "received", reason: "user_hangup" } as const;
        records.note(ID, { kind: "matrixEnd", end });
        records.ended(ID, "hungUp", "origin");
        const [origin, target] = [{ from: "browser", packets: 500 } as const, { from: "phone", packets: 0 } as const];
        records.note(ID, { kind: "audio", sent: { origin, target } });
        records.settled(ID);
        expect(ended).toMatchObject([
            {
                audio: { verdict: "callerOnly", fromCaller: origin, fromCallee: target },
                matrixEnd: end,
                sipReason: { q850: 16 },
            },
        ]);
    });

    it("says nothing about the audio of a call that was not answered", () => {
        records.started(ID, INBOUND);
        records.ended(ID, "noAnswer", "bridge");
        records.settled(ID);
        expect(ended[0]).not.toHaveProperty("audio");
    });

    it("includes notes that follow the end, and completes the record once", () => {
        records.started(ID, INBOUND);
        records.ended(ID, "cancelled", "origin");
        records.note(ID, { kind: "finalResponse", response: { status: 487, reason: "Request Terminated" } });
        records.settled(ID);
        records.settled(ID);
        clock.advance(10_000);
        expect(ended.map(({ response }) => response?.status)).toEqual([487]);
        expect(clock.pending).toBe(0);
    });

    it("completes the record after three seconds although a peer is slow", () => {
        records.started(ID, INBOUND);
        records.ended(ID, "hungUp", "origin");
        clock.advance(2_999);
        expect(ended).toHaveLength(0);
        clock.advance(1);
        expect(ended).toHaveLength(1);
    });

    it("lists calls until they end", () => {
        records.started(ID, INBOUND);
        expect(records.live().map(({ callId }) => callId)).toEqual([ID]);
        records.ended(ID, "hungUp", "origin");
        expect(records.live()).toEqual([]);
    });

    it("ignores calls it does not know", () => {
        records.ringing(ID);
        records.answered(ID);
        records.ended(ID, "hungUp", "origin");
        records.settled(ID);
        expect([started, ended]).toEqual([[], []]);
    });
});
