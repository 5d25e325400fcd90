import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CallTarget } from "../../../lib/ports/CallIntake.ts";
import { OUR_SDP, OutgoingCalls, type Offered, trunkTo } from "../../support/sip/OutgoingCalls.ts";
import { PHONE_SDP, type PhoneCall, ScriptedPhone, type SipText } from "../../support/sip/ScriptedPhone.ts";
import { ALICE, SipSide } from "../../support/sip/SipSide.ts";

// A phone names a call of another one by Replaces (RFC 3891, section 3).

const caller = { kind: "user", user: ALICE } as const;

let side: SipSide;
let calls: OutgoingCalls;
let picker: ScriptedPhone;

beforeAll(async () => {
    const peer = { name: "pbx", addresses: ["127.0.0.1"], trusted: true, maxCalls: Infinity };
    side = await SipSide.start({ peers: [{ ...peer, transfers: "allow" }], partnerOf: () => caller });
});
afterAll(() => side.stop());
beforeEach(async () => {
    calls = await OutgoingCalls.on(side);
    picker = await ScriptedPhone.on(side.port());
});
afterEach(async () => {
    await calls.close();
    picker.close();
});

const tagIn = (header: string): string => /;tag=([^;]+)/.exec(header)?.[1] ?? "";

/** The call of the bridge to a phone, as this phone names it. */
function replaces(invite: SipText, theirTag: string, more = ""): string {
    return `Replaces: ${invite.header("call-id")};to-tag=${tagIn(invite.header("from"))};from-tag=${theirTag}${more}`;
}

function pickUp(header: string): PhoneCall {
    const headers = [header, "Require: replaces"];
    return picker.invite(`sip:alice@127.0.0.1:${side.port()}`, { body: PHONE_SDP, headers });
}

/** A call that rings at two phones behind a proxy. */
async function ringing(): Promise<Offered> {
    const placed = await calls.offered(trunkTo(calls.phone, { transfers: "allow" }));
    calls.phone.respond(placed.invite, 180, "Ringing", { tag: "one" });
    calls.phone.respond(placed.invite, 180, "Ringing", { tag: "two" });
    expect(await placed.reported.next()).toEqual({ kind: "ringing" });
    return placed;
}

async function rejected(header: string, status: number): Promise<void> {
    const call = pickUp(header);
    picker.within(call, "ACK", await picker.next(`SIP/2.0 ${status}`));
}

describe("a call that the bridge placed and that rings", () => {
    test.each([
        ["one", ""],
        ["two", ""],
        ["one", ";early-only"],
    ])("is picked up by its dialog with the tag %s%s, and the phone receives who has answered", async (tag, more) => {
        const placed = await ringing();
        const call = pickUp(replaces(placed.invite, tag, more));
        const { request } = await side.intake.next();
        const target: Partial<CallTarget> = { network: "call", leg: placed.leg, callee: caller };
        expect(request.ring).toMatchObject([{ targets: [target] }]);
        await request.origin.accept(OUR_SDP);
        const ok = await picker.next("SIP/2.0 200");
        picker.inDialog(call, ok, "ACK", 1);

        // as the desk does for the legs that did not answer
        await placed.leg.end("answeredElsewhere");
        const cancel = await calls.phone.next("CANCEL");
        expect(cancel.header("reason")).toMatch(/^SIP;cause=200;text="Call completed elsewhere"/);
        calls.phone.respond(cancel, 200, "OK");
        await calls.refuse(placed.invite, 487, "Request Terminated");
        picker.inDialog(call, ok, "BYE", 2);
        await picker.next("SIP/2.0 200");
    });

    test.each([
        ["by the tag of a phone that does not ring", (invite: SipText) => replaces(invite, "three")],
        [
            "by another tag of the bridge",
            (invite: SipText) => replaces(invite, "one").replace(/to-tag=\w+/, "to-tag=x"),
        ],
        ["by another Call-ID", (invite: SipText) => replaces(invite, "one").replace("Replaces: ", "Replaces: x")],
    ])("is not found %s (481)", async (_, header) => {
        const placed = await ringing();
        await rejected(header(placed.invite), 481);
        await calls.refuse(placed.invite, 486, "Busy Here");
    });

    test("is not found once it was rejected (481)", async () => {
        const placed = await ringing();
        await calls.refuse(placed.invite, 486, "Busy Here");
        await rejected(replaces(placed.invite, "one"), 481);
    });
});

test("a call that the bridge received and that rings cannot be picked up (481)", async () => {
    const call = calls.phone.invite(`sip:alice@127.0.0.1:${side.port()}`, { body: PHONE_SDP });
    const { request } = await side.intake.next();
    await request.origin.ring();
    const ours = tagIn((await calls.phone.next("SIP/2.0 180")).header("to"));
    await rejected(`Replaces: ${call.callId};to-tag=${ours};from-tag=${tagIn(call.from)}`, 481);
    await request.origin.end("busy");
    calls.phone.within(call, "ACK", await calls.phone.next("SIP/2.0 486"));
});

test("a call that was answered is busy for a phone that wants only one that rings (486), and is taken over otherwise", async () => {
    const placed = await calls.connected(trunkTo(calls.phone, { transfers: "allow" }));
    await rejected(replaces(placed.invite, "callee", ";early-only"), 486);
    const call = pickUp(replaces(placed.invite, "callee"));
    const { request } = await side.intake.next();
    expect(request.ring).toMatchObject([{ targets: [{ network: "call", leg: placed.leg }] }]);
    await request.origin.end("unavailable");
    picker.within(call, "ACK", await picker.next("SIP/2.0 480"));
    await calls.hangUp(placed);
});

test("a call that is over is declined (603)", async () => {
    const placed = await calls.connected(trunkTo(calls.phone, { transfers: "allow" }));
    await calls.hangUp(placed);
    await rejected(replaces(placed.invite, "callee"), 603);
});
