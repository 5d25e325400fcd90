import { beforeEach, describe, expect, it } from "vitest";
import { CallGate } from "../../../lib/admin/CallGate.ts";
import { FraudLimits } from "../../../lib/admin/limits/FraudLimits.ts";
import type { CallId, Sdp } from "../../../lib/call/vocabulary.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import type { CallRequest, CallTarget } from "../../../lib/ports/CallIntake.ts";
import type { CallNote, RejectedCall } from "../../../lib/ports/CallRecorder.ts";
import { aCallRecord } from "../../support/aCallRecord.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { FakeLeg } from "../../support/FakeLeg.ts";
import { KeptLog } from "../../support/quiet.ts";

const ALICE = "@alice:matrix.example" as MatrixUserId;
const NUMBER = { kind: "number", number: "+442071838750" as PhoneNumber } as const;
const TO_ALICE: CallTarget = { network: "matrix", media: "webrtc", callee: ALICE, caller: NUMBER };
const TO_NUMBER: CallTarget = { network: "sip", media: "rtp", callee: NUMBER, caller: ALICE, trunks: ["carrier"] };

describe("CallGate", () => {
    let clock: FakeClock;
    let rejected: RejectedCall[];
    let notes: CallNote[];
    let ended: unknown[];
    let limits: FraudLimits;
    let gate: CallGate;
    const request = (callId: string, target: CallTarget): CallRequest => ({
        callId: callId as CallId,
        origin: new FakeLeg(),
        originMedia: "rtp",
        offer: "O" as Sdp,
        ring: [{ targets: [target], forMs: 60_000 }],
        policy: { ringMs: 60_000, maxDurationMs: 3_600_000 },
    });

    beforeEach(() => {
        clock = new FakeClock();
        [rejected, notes, ended] = [[], [], []];
        limits = new FraudLimits({
            values: { user: { minutesPerDay: 2 }, trunk: {}, premium: {}, international: {} },
            emergency: "allow",
            clock,
            onReached: () => undefined,
            onStillReached: () => undefined,
            onCleared: () => undefined,
        });
        gate = new CallGate({
            intake: { open: () => ({ report: () => undefined }) },
            endCall: (callId, cause) => ended.push([callId, cause]),
            recorder: { rejected: (call) => rejected.push(call), note: (_, note) => notes.push(note) },
            senderOf: (callId) => (callId === "from-carrier" ? "carrier" : undefined),
            limits,
            classify: () => ({ destination: "national", rate: 0 }),
            log: new KeptLog(),
        });
    });

    it("rejects inbound calls from a trunk that is off in both directions, and no others", () => {
        gate.setRules({ blocked: new Set(), doNotDisturb: new Set(), trunksOff: new Set(["carrier"]) });
        expect(gate.open(request("from-carrier", TO_ALICE))).toEqual({ refused: "serviceUnavailable" });
        expect(gate.open(request("from-pbx", TO_ALICE))).toHaveProperty("report");
        expect(rejected).toMatchObject([{ callId: "from-carrier", reason: "trunk_off" }]);
    });

    it("ends a call that has used up a limit, for both parties, and rejects the next", () => {
        gate.open(request("c1", TO_NUMBER));
        gate.answered(aCallRecord({ callId: "c1" }));
        clock.advance(120_000);
        for (const callId of limits.check()) gate.endByLimit(callId);
        expect(ended).toEqual([["c1", "limitReached"]]);
        expect(notes).toMatchObject([{ kind: "fault", party: "caller" }]);
        gate.ended(aCallRecord({ callId: "c1" }));
        expect(gate.open(request("c2", TO_NUMBER))).toEqual({ refused: "limitReached" });
    });

    it("rejects every call while the bridge drains", () => {
        gate.setService("draining");
        expect(gate.open(request("c1", TO_NUMBER))).toEqual({ refused: "serviceUnavailable" });
        expect(rejected).toMatchObject([{ reason: "shutting_down" }]);
    });

    it("ends no call that it does not know", () => {
        expect(gate.hangUp("c9")).toBe(false);
        gate.endByLimit("c9");
        expect(ended).toEqual([]);
    });
});
