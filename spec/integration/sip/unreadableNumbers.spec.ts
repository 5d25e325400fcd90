import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PHONE_SDP, ScriptedPhone } from "../../support/sip/ScriptedPhone.ts";
import { SipSide } from "../../support/sip/SipSide.ts";

let side: SipSide;
let phone: ScriptedPhone;

beforeAll(async () => {
    side = await SipSide.start();
    phone = await ScriptedPhone.on(side.port());
});

afterAll(async () => {
    phone.close();
    await side.stop();
});

describe("a call to a plus and digits", () => {
    it.each(["+0442071838750", "+0112", "+44", "%2B00", "+%D9%A0%D9%A4%D9%A4", "+442071838750442071838750"])(
        "receives 484 if they are no number: %s",
        async (user) => {
            const call = phone.invite(`sip:${user}@127.0.0.1:${side.port()}`, { body: PHONE_SDP });
            const rejection = await phone.next("SIP/2.0 484");
            expect(rejection.header("reason")).toBe("Q.850;cause=28");
            phone.within(call, "ACK", rejection);
        },
    );

    it("receives 404 if they are a number that reaches no user", async () => {
        const call = phone.invite(`sip:+442079460199@127.0.0.1:${side.port()}`, { body: PHONE_SDP });
        phone.within(call, "ACK", await phone.next("SIP/2.0 404"));
    });
});
