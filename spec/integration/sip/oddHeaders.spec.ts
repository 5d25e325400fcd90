import { expect, onTestFinished, test } from "vitest";
import { OUR_SDP } from "../../support/sip/OutgoingCalls.ts";
import { PHONE_SDP, ScriptedPhone } from "../../support/sip/ScriptedPhone.ts";
import { SipSide } from "../../support/sip/SipSide.ts";

test("a call rings and is answered if its headers have control characters, which no response can have", async () => {
    const side = await SipSide.start();
    onTestFinished(() => side.stop());
    const phone = await ScriptedPhone.on(side.port());
    onTestFinished(() => phone.close());
    const from = '"Ca\\\0rol\u0001 \u007f" <sip:+493012345678@127.0.0.1>';
    const uri = `sip:alice@127.0.0.1:${side.port()}`;
    const call = phone.invite(uri, { body: PHONE_SDP, from, headers: ["Subject: a\u0002b"] });
    const { request, reported } = await side.intake.next();
    await request.origin.ring();
    await phone.next("SIP/2.0 180");
    await request.origin.accept(OUR_SDP);
    const ok = await phone.next("SIP/2.0 200");
    phone.inDialog(call, ok, "ACK", 1);
    phone.inDialog(call, ok, "BYE", 2);
    await phone.next("SIP/2.0 200");
    expect(await reported.next()).toEqual({ kind: "ended", cause: "hungUp" });
});
