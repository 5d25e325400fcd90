import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Sdp } from "../../../lib/call/vocabulary.ts";
import type { OpenedCall } from "../../support/sip/ScriptedIntake.ts";
import { PHONE_SDP, type PhoneCall, ScriptedPhone, sdpOf, SipText } from "../../support/sip/ScriptedPhone.ts";
import { SipSide } from "../../support/sip/SipSide.ts";

// Somebody else writes requests of a call that is not theirs. What they would have to know are the tags of both sides,
// or the branch of the INVITE; where they come from makes no difference (docs/design/sip.md).

let side: SipSide;
let phone: ScriptedPhone;
let mallory: ScriptedPhone;

beforeAll(async () => {
    side = await SipSide.start();
});

afterAll(() => side.stop());

beforeEach(async () => {
    [phone, mallory] = await Promise.all([ScriptedPhone.on(side.port()), ScriptedPhone.on(side.port())]);
});

afterEach(async () => {
    await vi.waitFor(() => expect(side.held).toEqual([0, 0]), 3_000);
    phone.close();
    mallory.close();
});

interface Answered {
    readonly call: PhoneCall;
    readonly ok: SipText;
    readonly opened: OpenedCall;
}

async function ringing(): Promise<{ readonly call: PhoneCall; readonly opened: OpenedCall }> {
    const call = phone.invite(`sip:alice@127.0.0.1:${side.port()}`, { body: PHONE_SDP });
    const opened = await side.intake.next();
    await opened.request.origin.ring();
    await phone.next("SIP/2.0 180");
    return { call, opened };
}

async function answered(): Promise<Answered> {
    const { call, opened } = await ringing();
    await opened.request.origin.accept(sdpOf(50_000) as Sdp);
    const ok = await phone.next("SIP/2.0 200");
    phone.inDialog(call, ok, "ACK", 1);
    return { call, ok, opened };
}

/** A guess of one tag, with all else as it is. */
const guesses: readonly (readonly [what: string, guess: (answered: Answered) => Pick<Answered, "call" | "ok">])[] = [
    ["our tag", ({ call, ok }) => ({ call, ok: new SipText(ok.text.replace(/^(To:.*;tag=).*$/m, "$1guessed\r")) })],
    [
        "the phone's tag",
        ({ call, ok }) => ({ call: { ...call, from: call.from.replace(/tag=.*/, "tag=guessed") }, ok }),
    ],
    ["the Call-ID", ({ call, ok }) => ({ call: { ...call, callId: "guessed" }, ok })],
];

test.each(guesses)("a call ignores requests from a sender that does not know %s", async (_, guess) => {
    const up = await answered();
    const { call, ok } = guess(up);
    for (const [index, method] of ["BYE", "UPDATE", "INFO", "INVITE"].entries()) {
        mallory.inDialog(call, ok, method, 10 + index, { body: method === "INFO" ? "" : PHONE_SDP });
        expect((await mallory.next("SIP/2.0 4")).status).toBe(481);
    }
    mallory.inDialog(call, ok, "REFER", 20, { headers: ["Refer-To: <tel:+19005550123>"] });
    expect((await mallory.next("SIP/2.0 4")).status).toBeGreaterThanOrEqual(400);
    expect(up.opened.reported.facts).toEqual([]);
    phone.inDialog(up.call, up.ok, "BYE", 2);
    await phone.next("SIP/2.0 200");
    expect(up.opened.reported.facts).toEqual([{ kind: "ended", cause: "hungUp" }]);
});

test("a call that rings does not mind a CANCEL from elsewhere", async () => {
    const { call, opened } = await ringing();
    mallory.within(call, "CANCEL");
    expect((await mallory.next("SIP/2.0 4")).status).toBe(481);
    expect(opened.reported.facts).toEqual([]);
    phone.within(call, "CANCEL");
    phone.within(call, "ACK", await phone.next("SIP/2.0 487"));
    expect(await opened.reported.next()).toEqual({ kind: "ended", cause: "cancelled" });
});

test("no sender can transfer a call to another number, even with all identifiers", async () => {
    const { call, ok, opened } = await answered();
    mallory.inDialog(call, ok, "REFER", 2, { headers: ["Refer-To: <tel:+19005550123>"] });
    expect((await mallory.next("SIP/2.0 4")).status).toBe(403);
    expect(opened.reported.facts).toEqual([]);
    phone.inDialog(call, ok, "BYE", 3);
    await phone.next("SIP/2.0 200");
});

test("a phone that has got another address hangs up from there", async () => {
    const { call, ok, opened } = await answered();
    mallory.inDialog(call, ok, "BYE", 2);
    await mallory.next("SIP/2.0 200");
    expect(opened.reported.facts).toEqual([{ kind: "ended", cause: "hungUp" }]);
});
