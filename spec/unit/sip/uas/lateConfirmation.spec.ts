import { expect, it } from "vitest";
import type { CallId, Sdp } from "../../../../lib/call/vocabulary.ts";
import type { LegEvent } from "../../../../lib/ports/CallLeg.ts";
import { SipCalls } from "../../../../lib/sip/SipCalls.ts";
import { type OutgoingResponse, SipSendError } from "../../../../lib/sip/SipStack.ts";
import type { DecodedInvite } from "../../../../lib/sip/uas/decodeInvite.ts";
import { UasLeg } from "../../../../lib/sip/uas/UasLeg.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { PHONE_SDP } from "../../../support/sip/ScriptedPhone.ts";
import { ScriptedRequest, ScriptedStack, settled } from "../../../support/sip/ScriptedStack.ts";

const OFFER = PHONE_SDP as Sdp;

it("hangs up a caller whose 200 the SIP server confirms after the bridge has given up", async () => {
    const stack = new ScriptedStack();
    const calls = new SipCalls();
    const events: LegEvent[] = [];
    const request = new ScriptedRequest("INVITE", { body: PHONE_SDP });
    let answer: OutgoingResponse | undefined;
    request.respond = (response) => {
        answer = response;
        return Promise.reject(new SipSendError("timeout", "the SIP server did not confirm in time"));
    };
    const invite = { offer: OFFER, network: {}, offerer: "caller", needs100rel: false } as unknown as DecodedInvite;
    const leg = new UasLeg({
        stack,
        calls,
        clock: new FakeClock(),
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
    await leg.accept(OFFER);
    expect(events).toEqual([{ kind: "ended", cause: "networkFailure" }]);

    answer?.onLate?.({ dialogId: "d1" });
    expect(stack.sent).toEqual([]);
    const ack = new ScriptedRequest("ACK");
    calls.dialogOf(ack)?.handle(ack);
    await settled();
    expect(stack.sent).toEqual(["BYE"]);
    stack.answer(200);
    expect([calls.legs, calls.dialogs]).toEqual([0, 0]);
});
