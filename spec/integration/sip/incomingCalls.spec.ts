import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Sdp } from "../../../lib/call/vocabulary.ts";
import { PHONE_SDP, type PhoneCall, ScriptedPhone, sdpOf, type SipText } from "../../support/sip/ScriptedPhone.ts";
import type { OpenedCall } from "../../support/sip/ScriptedIntake.ts";
import { ALICE, SipSide } from "../../support/sip/SipSide.ts";

// A phone that a script plays on one side, the desk that a script plays on the other; between them the SIP adapter,
// drachtio-srf and the embedded server, all real.

const OUR_SDP = sdpOf(50_000) as Sdp;
const OTHER_SDP = sdpOf(50_002) as Sdp;

let side: SipSide;
let phone: ScriptedPhone;

beforeAll(async () => {
    side = await SipSide.start();
});

afterAll(() => side.stop());

beforeEach(async () => {
    phone = await ScriptedPhone.on(side.port());
});

afterEach(async () => {
    await vi.waitFor(() => expect(side.held).toEqual([0, 0]), 3_000);
    phone.close();
    side.intake.refusesWith = undefined;
});

const toAlice = () => `sip:alice@127.0.0.1:${side.port()}`;

async function calling(
    body = PHONE_SDP,
    headers: readonly string[] = [],
): Promise<{ call: PhoneCall; opened: OpenedCall }> {
    const call = phone.invite(toAlice(), { body, headers });
    return { call, opened: await side.intake.next() };
}

async function answered(body = PHONE_SDP): Promise<{ call: PhoneCall; opened: OpenedCall; ok: SipText }> {
    const { call, opened } = await calling(body);
    await opened.request.origin.accept(OUR_SDP);
    const ok = await phone.next("SIP/2.0 200");
    phone.inDialog(call, ok, "ACK", 1);
    return { call, opened, ok };
}

async function hangUp(call: PhoneCall, ok: SipText, sequence: number): Promise<void> {
    phone.inDialog(call, ok, "BYE", sequence);
    await phone.next("SIP/2.0 200");
}

describe("a call", () => {
    test("of a phone that speaks ICE comes with the end of its candidates", async () => {
        const { call, opened } = await calling(sdpOf(40_000, "a=ice-ufrag:abcd", "a=ice-pwd:0123456789abcdefghijklmn"));
        expect(await opened.reported.next()).toEqual({ kind: "candidates", candidates: [{ candidate: "" }] });
        await opened.request.origin.end("busy");
        phone.within(call, "ACK", await phone.next("SIP/2.0 486"));
    });

    test("is offered with who calls whom, rings, is answered, and the caller hangs up", async () => {
        const { call, opened } = await calling();
        expect(opened.request).toMatchObject({
            callId: expect.stringMatching(/^call\d+$/) as string,
            offer: PHONE_SDP,
            originMedia: "rtp",
            ring: [{ targets: [{ network: "matrix", media: "webrtc", callee: ALICE }] }],
        });
        expect(opened.request.ring[0].targets[0]).toMatchObject({
            caller: { kind: "number", number: "+493012345678", displayName: "Carol" },
        });
        await opened.request.origin.ring();
        await phone.next("SIP/2.0 180");
        await opened.request.origin.accept(OUR_SDP);
        const ok = await phone.next("SIP/2.0 200");
        expect(ok.body).toBe(OUR_SDP);
        expect(ok.header("content-type")).toBe("application/sdp");
        phone.inDialog(call, ok, "ACK", 1);
        await hangUp(call, ok, 2);
        expect(await opened.reported.next()).toEqual({ kind: "ended", cause: "hungUp" });
        expect(opened.reported.facts).toHaveLength(1);
    });

    test("is hung up by us, with the reason in Q.850", async () => {
        const { opened } = await answered();
        await opened.request.origin.end("hungUp");
        const bye = await phone.next("BYE");
        expect(bye.header("reason")).toBe("Q.850;cause=16");
        phone.respond(bye, 200, "OK");
        expect(opened.reported.facts).toEqual([]);
    });

    test("is hung up with a reason of the phone's", async () => {
        const { call, opened, ok } = await answered();
        phone.inDialog(call, ok, "BYE", 2, { headers: ["Reason: Q.850;cause=38"] });
        expect(await opened.reported.next()).toEqual({ kind: "ended", cause: "networkFailure" });
    });

    test("is hung up by both at the same time: each BYE gets its 200", async () => {
        const { call, opened, ok } = await answered();
        await opened.request.origin.end("hungUp");
        const bye = await phone.next("BYE");
        phone.inDialog(call, ok, "BYE", 2);
        await phone.next("SIP/2.0 200");
        phone.respond(bye, 200, "OK");
        expect(opened.reported.facts).toEqual([]);
    });

    test("is ended by us before the phone's ACK: BYE waits for the ACK", async () => {
        const { call, opened } = await calling();
        await opened.request.origin.accept(OUR_SDP);
        const ok = await phone.next("SIP/2.0 200");
        await opened.request.origin.end("mediaLost");
        expect(phone.unread).toEqual(["SIP/2.0 100 Trying"]);
        phone.inDialog(call, ok, "ACK", 1);
        const bye = await phone.next("BYE");
        expect(bye.header("reason")).toBe("Q.850;cause=102");
        phone.respond(bye, 200, "OK");
    });

    test.each([
        ["busy", 486, "Q.850;cause=17"],
        ["declined", 603, "Q.850;cause=21"],
        ["noAnswer", 480, "Q.850;cause=19"],
        ["notFound", 404, "Q.850;cause=1"],
        ["noCommonMedia", 488, "Q.850;cause=88"],
        ["serviceUnavailable", 503, "Q.850;cause=42"],
    ] as const)("is ended before an answer: %s is %i", async (cause, status, reason) => {
        const { call, opened } = await calling();
        await opened.request.origin.end(cause);
        await opened.request.origin.end("internalError");
        const refusal = await phone.next(`SIP/2.0 ${status}`);
        expect(refusal.header("reason")).toBe(reason);
        expect(refusal.header("retry-after") !== "").toBe(status === 503);
        phone.within(call, "ACK", refusal);
    });

    test("is refused by the desk", async () => {
        side.intake.refusesWith = "serviceUnavailable";
        const call = phone.invite(toAlice(), { body: PHONE_SDP });
        phone.within(call, "ACK", await phone.next("SIP/2.0 503"));
    });
});

describe("CANCEL", () => {
    test("before any ringing", async () => {
        const { call, opened } = await calling();
        phone.within(call, "CANCEL");
        expect(await opened.reported.next()).toEqual({ kind: "ended", cause: "cancelled" });
        phone.within(call, "ACK", await phone.next("SIP/2.0 487"));
        await opened.request.origin.end("cancelled");
    });

    test("while it rings, because somebody else answered", async () => {
        const { call, opened } = await calling();
        await opened.request.origin.ring();
        await phone.next("SIP/2.0 180");
        phone.within(call, "CANCEL", undefined, ['Reason: SIP;cause=200;text="Call completed elsewhere"']);
        expect(await opened.reported.next()).toEqual({ kind: "ended", cause: "answeredElsewhere" });
        phone.within(call, "ACK", await phone.next("SIP/2.0 487"));
    });

    test("is not the only way: a phone may say BYE while it rings", async () => {
        const { call, opened } = await calling();
        await opened.request.origin.ring();
        const ringing = await phone.next("SIP/2.0 180");
        phone.inDialog(call, ringing, "BYE", 2);
        await phone.next("SIP/2.0 200");
        expect(await opened.reported.next()).toEqual({ kind: "ended", cause: "cancelled" });
        phone.within(call, "ACK", await phone.next("SIP/2.0 487"));
    });

    test("crosses our answer: either it was first, or the call stands and is ended by BYE", async () => {
        const { call, opened } = await calling();
        phone.within(call, "CANCEL");
        await opened.request.origin.accept(OUR_SDP);
        // to the CANCEL that was first, or to the INVITE, whose 200 is acknowledged before it is taken back
        const ok = await phone.next("SIP/2.0 200");
        const isAnswered = ok.header("cseq").endsWith("INVITE");
        if (isAnswered) phone.inDialog(call, ok, "ACK", 1);
        expect(await opened.reported.next()).toEqual({ kind: "ended", cause: "cancelled" });
        if (isAnswered) phone.respond(await phone.next("BYE"), 200, "OK");
        else phone.within(call, "ACK", await phone.next("SIP/2.0 487"));
        expect(opened.reported.facts).toHaveLength(1);
    });

    test("after our answer: the call ends as the phone wishes", async () => {
        const { call, opened } = await calling();
        await opened.request.origin.accept(OUR_SDP);
        const ok = await phone.next("SIP/2.0 200");
        phone.within(call, "CANCEL");
        phone.inDialog(call, ok, "ACK", 1);
        expect(await opened.reported.next()).toEqual({ kind: "ended", cause: "cancelled" });
        phone.respond(await phone.next("BYE"), 200, "OK");
    });
});

describe("an INVITE without SDP", () => {
    test("gets our offer in the 200; what the ACK brings is reported as an offer that needs no answer", async () => {
        const { call, opened } = await calling("");
        expect(opened.request.offer).toContain("m=audio 9 RTP/AVP");
        await opened.request.origin.accept(OUR_SDP);
        const ok = await phone.next("SIP/2.0 200");
        expect(ok.body).toBe(OUR_SDP);
        phone.inDialog(call, ok, "ACK", 1, { body: PHONE_SDP });
        expect(await opened.reported.next()).toEqual({ kind: "offered", sdp: PHONE_SDP });
        await opened.request.origin.answerOffer(OTHER_SDP);
        await hangUp(call, ok, 2);
    });

    test("ends if the ACK brings none either", async () => {
        const { call, opened } = await calling("");
        await opened.request.origin.accept(OUR_SDP);
        phone.inDialog(call, await phone.next("SIP/2.0 200"), "ACK", 1);
        expect(await opened.reported.next()).toEqual({ kind: "ended", cause: "noCommonMedia" });
        phone.respond(await phone.next("BYE"), 200, "OK");
    });
});

describe("within a call", () => {
    test.each(["INVITE", "UPDATE"])("%s with the same SDP is answered here", async (method) => {
        const { call, opened, ok } = await answered();
        phone.inDialog(call, ok, method, 2, { body: PHONE_SDP.replace("o=phone 1 1", "o=phone 1 2") });
        expect((await phone.next("SIP/2.0 200")).body).toBe(OUR_SDP);
        if (method === "INVITE") phone.inDialog(call, ok, "ACK", 2);
        expect(opened.reported.facts).toEqual([]);
        await hangUp(call, ok, 3);
    });

    test("UPDATE without SDP is answered here", async () => {
        const { call, ok } = await answered();
        phone.inDialog(call, ok, "UPDATE", 2);
        expect((await phone.next("SIP/2.0 200")).body).toBe("");
        await hangUp(call, ok, 3);
    });

    test("re-INVITE without SDP gets the session as it is, and its unchanged answer has no effect", async () => {
        const { call, opened, ok } = await answered();
        phone.inDialog(call, ok, "INVITE", 2);
        expect((await phone.next("SIP/2.0 200")).body).toBe(OUR_SDP);
        phone.inDialog(call, ok, "ACK", 2, { body: PHONE_SDP });
        await hangUp(call, ok, 3);
        expect(await opened.reported.next()).toMatchObject({ kind: "ended" });
    });

    test.each(["INVITE", "UPDATE"])("%s with changed SDP is the desk's to answer", async (method) => {
        const { call, opened, ok } = await answered();
        const held = sdpOf(40_000, "a=sendonly");
        phone.inDialog(call, ok, method, 2, { body: held });
        expect(await opened.reported.next()).toEqual({ kind: "offered", sdp: held });
        await opened.request.origin.answerOffer(OTHER_SDP);
        expect((await phone.next("SIP/2.0 200")).body).toBe(OTHER_SDP);
        if (method === "INVITE") phone.inDialog(call, ok, "ACK", 2);
        // what was agreed is what a refresh repeats
        phone.inDialog(call, ok, "UPDATE", 3, { body: held });
        expect((await phone.next("SIP/2.0 200")).body).toBe(OTHER_SDP);
        await hangUp(call, ok, 4);
    });

    test("a refused offer leaves the call as it was", async () => {
        const { call, opened, ok } = await answered();
        phone.inDialog(call, ok, "INVITE", 2, { body: sdpOf(40_004) });
        await opened.reported.next();
        await opened.request.origin.rejectOffer("noCommonMedia");
        phone.inDialog(call, await phone.next("SIP/2.0 488"), "ACK", 2);
        await hangUp(call, ok, 3);
    });

    test.each([
        ["video", PHONE_SDP.replace("m=audio", "m=video")],
        ["fax (T.38)", sdpOf(0, "m=image 40010 udptl t38", "a=T38FaxUdpEC:t38UDPRedundancy")],
    ])("%s instead of audio is refused here, and the call goes on", async (_, body) => {
        const { call, opened, ok } = await answered();
        phone.inDialog(call, ok, "INVITE", 2, { body });
        phone.inDialog(call, await phone.next("SIP/2.0 488"), "ACK", 2);
        expect(opened.reported.facts).toEqual([]);
        await hangUp(call, ok, 3);
    });

    test("an offer that waits when the phone hangs up gets 487", async () => {
        const { call, opened, ok } = await answered();
        phone.inDialog(call, ok, "UPDATE", 2, { body: sdpOf(40_004) });
        await opened.reported.next();
        phone.inDialog(call, ok, "BYE", 3);
        await phone.next("SIP/2.0 487");
        expect(await opened.reported.next()).toEqual({ kind: "ended", cause: "hungUp" });
        await opened.request.origin.answerOffer(OTHER_SDP);
        await phone.next("SIP/2.0 200");
    });

    test.each([
        ["OPTIONS", 200],
        ["INFO", 200],
        ["REFER", 403],
    ])("%s gets %i", async (method, status) => {
        const { call, ok } = await answered();
        phone.inDialog(call, ok, method, 2);
        await phone.next(`SIP/2.0 ${status}`);
        await hangUp(call, ok, 3);
    });
});

describe("who is refused", () => {
    test.each([
        ["an unknown user", `sip:mallory@127.0.0.1`, PHONE_SDP, 404],
        ["a number that is none", `sip:mallory@127.0.0.1;user=phone`, PHONE_SDP, 484],
        ["video alone", `sip:alice@127.0.0.1`, PHONE_SDP.replace("m=audio", "m=video"), 488],
        ["a description without streams", `sip:alice@127.0.0.1`, "v=0\r\nnonsense", 488],
    ])("%s", async (_, uri, body, status) => {
        const call = phone.invite(uri, { body });
        phone.within(call, "ACK", await phone.next(`SIP/2.0 ${status}`));
    });

    test.each([
        ["OPTIONS", 200],
        ["REGISTER", 405],
        ["MESSAGE", 405],
        ["SUBSCRIBE", 489],
        ["PUBLISH", 489],
    ])("%s outside of calls gets %i", async (method, status) => {
        phone.invite(`sip:127.0.0.1:${side.port()}`, { method, headers: ["Event: presence", "Expires: 60"] });
        const response = await phone.next(`SIP/2.0 ${status}`);
        if (status !== 489) expect(response.header("allow")).toContain("INVITE");
    });
});

test("a caller who insists on reliable ringing gets it, and the answer after the PRACK", async () => {
    const { call, opened } = await calling(PHONE_SDP, ["Require: 100rel", "Supported: 100rel"]);
    await opened.request.origin.ring();
    const ringing = await phone.next("SIP/2.0 180");
    expect(ringing.header("require")).toBe("100rel");
    phone.inDialog(call, ringing, "PRACK", 2, { headers: [`RAck: ${ringing.header("rseq")} 1 INVITE`] });
    await phone.next("SIP/2.0 200");
    await opened.request.origin.accept(OUR_SDP);
    const ok = await phone.next("SIP/2.0 200");
    phone.inDialog(call, ok, "ACK", 1);
    await hangUp(call, ok, 3);
});
