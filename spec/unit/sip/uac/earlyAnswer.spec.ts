import { beforeEach, describe, expect, test } from "vitest";
import type { CallId, Sdp } from "../../../../lib/call/vocabulary.ts";
import type { LegEvent } from "../../../../lib/ports/CallLeg.ts";
import { SipCalls } from "../../../../lib/sip/SipCalls.ts";
import { UacLeg } from "../../../../lib/sip/uac/UacLeg.ts";
import type { UacLegParts } from "../../../../lib/sip/uac/UacLegParts.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { aTrunk } from "../../../support/sip/aTrunk.ts";
import { PHONE_SDP, sdpOf } from "../../../support/sip/ScriptedPhone.ts";
import { ScriptedStack, settled } from "../../../support/sip/ScriptedStack.ts";

const OTHER_SDP = sdpOf(41_000);
const headers = (tag: string) => new Map([["to", `<sip:2001@carrier.example>;tag=${tag}`]]);

let clock: FakeClock;
let stack: ScriptedStack;
let calls: SipCalls;
let events: LegEvent[];
let notes: string[];
let leg: UacLeg;

function called(given: Partial<UacLegParts> = {}): UacLeg {
    return new UacLeg({
        stack,
        calls,
        clock,
        userAgent: "spec/1",
        random: () => 0.5,
        log: new KeptLog(),
        callId: "c0ffee" as CallId,
        compose: () => ({ uri: "sip:2001@carrier.example", headers: {} }),
        trunks: [{ ...aTrunk({}), earlyMedia: "answer" }],
        makeCnonce: () => "c",
        mayDial: () => false,
        mayAnswerEarly: true,
        recorder: { note: (_, note) => note.kind === "earlyAnswer" && notes.push(note.state) },
        report: (event) => events.push(event),
        ...given,
    });
}

beforeEach(async () => {
    clock = new FakeClock();
    stack = new ScriptedStack();
    calls = new SipCalls();
    events = [];
    notes = [];
    leg = called();
    await leg.offer(sdpOf(50_000) as Sdp);
});

const ringing = { kind: "ringing" };
const answered = { kind: "answered", sdp: PHONE_SDP };

describe("early media of a trunk with earlyMedia: answer", () => {
    test("answers the caller once, whatever provisional responses come in which order", async () => {
        stack.answer(180);
        stack.answer(183, { headers: headers("a"), body: PHONE_SDP });
        stack.answer(183, { headers: headers("b"), body: OTHER_SDP });
        stack.answer(180, { headers: headers("a") });
        stack.answer(200, { headers: headers("a"), body: PHONE_SDP, dialogId: "d1" });
        await settled();
        expect(events).toEqual([ringing, answered]);
        expect(notes).toEqual(["waiting", "answered"]);
        expect(clock.pending).toBe(0);
    });

    test("is replaced by the session of the fork that answers, without a further request to it", async () => {
        stack.answer(183, { headers: headers("a"), body: PHONE_SDP });
        stack.answer(200, { headers: headers("b"), body: OTHER_SDP, dialogId: "d1" });
        await settled();
        expect(events).toEqual([ringing, answered, { kind: "offered", sdp: OTHER_SDP }]);
        await leg.answerOffer(PHONE_SDP as Sdp);
        expect(stack.sent).toEqual(["INVITE", "ACK"]);
    });

    test("ends with the reason if the call fails", async () => {
        stack.answer(183, { headers: headers("a"), body: PHONE_SDP });
        expect(leg.abilities.size).toBe(0);
        stack.answer(404);
        await settled();
        expect(events).toEqual([ringing, answered, { kind: "ended", cause: "notFound" }]);
        expect(notes).toEqual(["waiting"]);
        expect([calls.legs, clock.pending]).toEqual([0, 0]);
    });

    test("ends after three minutes without an answer", async () => {
        stack.answer(183, { headers: headers("a"), body: PHONE_SDP });
        clock.advance(180_000);
        await settled();
        expect(stack.sent).toEqual(["INVITE", "CANCEL"]);
        expect(events.at(-1)).toEqual({ kind: "ended", cause: "noAnswer" });
        stack.answer(487);
        await settled();
        expect([calls.legs, clock.pending]).toEqual([0, 0]);
    });

    test("comes too late after the caller has given up", async () => {
        await leg.end("cancelled");
        stack.answer(183, { headers: headers("a"), body: PHONE_SDP });
        expect(events).toEqual([]);
    });
});

test.each<[string, Partial<UacLegParts>]>([
    ["of another trunk", { trunks: [aTrunk({})] }],
    ["for a caller that is a phone", { mayAnswerEarly: undefined }],
])("early media %s is ignored until the answer", async (_, given) => {
    const other = called(given);
    await other.offer(sdpOf(50_000) as Sdp);
    stack.answer(183, { headers: headers("a"), body: PHONE_SDP });
    expect(events).toEqual([ringing]);
    stack.answer(200, { headers: headers("a"), dialogId: "d1" });
    await settled();
    expect(events).toEqual([ringing, answered]);
});
