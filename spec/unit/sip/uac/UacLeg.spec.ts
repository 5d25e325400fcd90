import { beforeEach, describe, expect, test, vi } from "vitest";
import type { CallId, Sdp } from "../../../../lib/call/vocabulary.ts";
import type { LegEvent } from "../../../../lib/ports/CallLeg.ts";
import type { ComposedInvite } from "../../../../lib/sip/uac/composeInvite.ts";
import type { Hop } from "../../../../lib/sip/uac/inviteRoute.ts";
import { SipCalls } from "../../../../lib/sip/SipCalls.ts";
import { SipSendError } from "../../../../lib/sip/SipStack.ts";
import { UacLeg } from "../../../../lib/sip/uac/UacLeg.ts";
import type { UacLegParts } from "../../../../lib/sip/uac/UacLegParts.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { aTrunk } from "../../../support/sip/aTrunk.ts";
import { PHONE_SDP, sdpOf } from "../../../support/sip/ScriptedPhone.ts";
import { ScriptedStack, settled } from "../../../support/sip/ScriptedStack.ts";

// What needs silence or bad luck to happen in truth. The rest is in spec/integration/sip.

const OFFER = sdpOf(50_000) as Sdp;

let clock: FakeClock;
let stack: ScriptedStack;
let calls: SipCalls;
let facts: LegEvent[];
let failures: number[];
let leg: UacLeg;

beforeEach(() => {
    clock = new FakeClock();
    stack = new ScriptedStack();
    calls = new SipCalls();
    facts = [];
    failures = [];
    leg = aLeg();
});

function aLeg(given: Partial<UacLegParts> = {}): UacLeg {
    return new UacLeg({
        stack,
        calls,
        clock,
        userAgent: "spec/1",
        random: () => 0.5,
        log: new KeptLog(),
        callId: "c0ffee" as CallId,
        compose: () => ({ uri: "sip:2001@carrier.example", headers: {} }),
        trunks: [aTrunk({})],
        availability: { inOrder: (trunks) => trunks, responded: (_, { status }) => failures.push(status) },
        makeCnonce: () => "c",
        mayDial: () => false,
        report: (fact) => facts.push(fact),
        ...given,
    });
}

test("a peer that speaks ICE has said all there is to say of its candidates with its answer", async () => {
    await leg.offer(OFFER);
    const ice = `${PHONE_SDP}a=ice-ufrag:abcd\r\n`;
    stack.answer(200, { body: ice, dialogId: "d1" });
    await settled();
    expect(facts).toEqual([
        { kind: "answered", sdp: ice },
        { kind: "candidates", candidates: [{ candidate: "" }] },
    ]);
});

test("a CANCEL without a response ends the call, and a later 200 is hung up", async () => {
    await leg.offer(OFFER);
    await leg.end("cancelled");
    expect([calls.legs, clock.pending]).toEqual([1, 1]);
    clock.advance(36_000);
    await settled();
    expect([calls.legs, clock.pending]).toEqual([0, 0]);
    stack.answer(200, { body: PHONE_SDP, dialogId: "d1" });
    await settled();
    expect(stack.sent).toEqual(["INVITE", "CANCEL", "ACK", "BYE"]);
    stack.answer(200);
    expect([calls.dialogs, clock.pending]).toEqual([0, 0]);
    expect(facts).toEqual([]);
});

test("a 200 for which the server names no dialog cannot be talked by", async () => {
    await leg.offer(OFFER);
    stack.answer(200, { body: PHONE_SDP });
    await settled();
    expect(facts).toEqual([{ kind: "ended", cause: "noCommonMedia" }]);
    expect(calls.legs).toBe(0);
});

test.each([
    ["the SIP server is missing", new SipSendError("disconnected", ""), "serviceUnavailable"],
    ["the call is too large for it", new SipSendError("tooLarge", ""), "internalError"],
    ["it does not confirm", new SipSendError("timeout", ""), "networkFailure"],
    ["it refuses", new SipSendError("refused", ""), "networkFailure"],
] as const)("an INVITE that cannot be sent because %s", async (_, failure, cause) => {
    stack.failWith(failure);
    await leg.offer(OFFER);
    expect(facts).toEqual([{ kind: "ended", cause }]);
    expect(calls.legs).toBe(0);
});

test("what the SIP server log of an INVITE it refuses, which may hold the number, is no warning", async () => {
    const log = new KeptLog();
    const warned = vi.spyOn(log, "warn");
    stack.failWith(new SipSendError("refused", "invalid request-uri: sip:+442071838750@192.0.2.1:99999"));
    await aLeg({ log }).offer(OFFER);
    expect(warned).toHaveBeenCalledExactlyOnceWith("INVITE not sent", { trunk: "carrier", why: "refused" });
});

test.each([
    ["silence", 408],
    ["a refusal of the network", 503],
    ["the callee's word", 486],
])("%s is reported to the health of the trunk", async (_, status) => {
    await leg.offer(OFFER);
    stack.answer(status);
    expect(failures).toEqual([status]);
});

test("a phone that rang until 408 is no silence of the trunk", async () => {
    await leg.offer(OFFER);
    stack.answer(180);
    stack.answer(408);
    expect(failures).toEqual([180]);
    expect(facts.at(-1)).toEqual({ kind: "ended", cause: "noAnswer" });
});

describe("when the first address fails", () => {
    const elsewhere = { lost: () => [] };
    const hops: string[] = [];

    beforeEach(() => {
        hops.length = 0;
        const compose = ({ trunk }: Hop): ComposedInvite => {
            hops.push(`${trunk.name} at ${trunk.domain}`);
            return { uri: `sip:2001@${trunk.domain}`, headers: {} };
        };
        const carrier = aTrunk({ maxCalls: 1 });
        const trunks = [carrier, { ...carrier, domain: "b.example" }, aTrunk({ name: "spare", maxCalls: 1 })];
        leg = aLeg({ compose, trunks });
    });

    test("its own call does not make a trunk full", async () => {
        await leg.offer(OFFER);
        stack.answer(503);
        await settled();
        expect(hops).toEqual(["carrier at carrier.example", "carrier at b.example"]);
    });

    test("a trunk that became full meanwhile is left out", async () => {
        await leg.offer(OFFER);
        calls.add(elsewhere, "spare");
        stack.answer(503);
        await settled();
        stack.answer(503);
        await settled();
        expect(hops).toEqual(["carrier at carrier.example", "carrier at b.example"]);
        expect(facts).toEqual([{ kind: "ended", cause: "networkFailure" }]);
    });
});

test("what comes of a redirect says nothing of the trunk", async () => {
    await leg.offer(OFFER);
    stack.answer(302, { headers: new Map([["contact", "<sip:2001@elsewhere.example>"]]) });
    await settled();
    stack.answer(503);
    expect(failures).toEqual([302]);
});
