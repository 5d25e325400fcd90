import { describe, expect, it } from "vitest";
import type { CallId, Sdp } from "../../../../lib/call/vocabulary.ts";
import type { LegEvent } from "../../../../lib/ports/CallLeg.ts";
import { SipCalls } from "../../../../lib/sip/SipCalls.ts";
import type { DecodedInvite } from "../../../../lib/sip/uas/decodeInvite.ts";
import { UasLeg } from "../../../../lib/sip/uas/UasLeg.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { PHONE_SDP } from "../../../support/sip/ScriptedPhone.ts";
import { ScriptedRequest, ScriptedStack, settled } from "../../../support/sip/ScriptedStack.ts";

const OFFER = PHONE_SDP as Sdp;

function called(expires: string) {
    const clock = new FakeClock();
    const events: LegEvent[] = [];
    const request = new ScriptedRequest("INVITE", { body: PHONE_SDP, headers: { Expires: expires } });
    const invite = { offer: OFFER, network: {}, offerer: "caller", needs100rel: false } as unknown as DecodedInvite;
    const leg = new UasLeg({
        stack: new ScriptedStack(),
        calls: new SipCalls(),
        clock,
        userAgent: "spec/1",
        random: () => 0.5,
        log: new KeptLog(),
        callId: "c1" as CallId,
        request,
        invite,
        peer: "pbx",
        trust: { trusted: false },
        report: (event) => events.push(event),
    });
    leg.opened();
    return { clock, events, request, leg };
}

describe("an INVITE with Expires", () => {
    it("is answered with 487 if the call is not answered in that time", async () => {
        const { clock, events, request, leg } = called("2");
        await leg.ring();
        clock.advance(1_999);
        await settled();
        expect(request.statuses).toEqual([180]);
        clock.advance(1);
        await settled();
        expect(request.statuses).toEqual([180, 487]);
        expect(events).toEqual([{ kind: "ended", cause: "cancelled" }]);
    });

    it("does not end a call that was answered", async () => {
        const { clock, events, request, leg } = called("2");
        await leg.accept(OFFER);
        clock.advance(2_000);
        await settled();
        expect([request.statuses, events]).toEqual([[200], []]);
    });

    it("leaves no timer after the call has ended", async () => {
        const { clock, leg } = called("30");
        await leg.end("busy");
        expect(clock.pending).toBe(0);
    });

    it.each(["0", "never", "-1", "2;x"])("has no effect with the value %j", (expires) => {
        expect(called(expires).clock.pending).toBe(0);
    });
});
