import { describe, expect, test } from "vitest";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import { beforeEachOutgoingCalls } from "../../support/sip/beforeEachOutgoingCalls.ts";
import { OTHER_SDP, OUR_SDP, type OutgoingCalls, trunkTo } from "../../support/sip/OutgoingCalls.ts";
import { PHONE_SDP, sdpOf } from "../../support/sip/ScriptedPhone.ts";
import { ALICE, type SipSide } from "../../support/sip/SipSide.ts";

// The desk that a script plays calls a phone that a script plays; between them the SIP adapter, drachtio-srf and the
// embedded server, all real.

let calls: OutgoingCalls;
let side: SipSide;

beforeEachOutgoingCalls((made, on) => {
    calls = made;
    side = on;
});

describe("a call", () => {
    test("says who calls whom, rings, is answered, and we hang up", async () => {
        const byUser = new Map<MatrixUserId, PhoneNumber>([[ALICE, "+493012345678" as PhoneNumber]]);
        const { leg, reported, invite } = await calls.offered(
            trunkTo(calls.phone, { identity: ["asserted"], callerId: { byUser } }),
        );
        expect(invite.uri).toBe(`sip:+442071838750@127.0.0.1:${calls.phone.port};user=phone`);
        expect(invite.body).toBe(OUR_SDP);
        expect(invite.header("from")).toMatch(/^"Alice" <sip:\+493012345678@127\.0\.0\.1(:\d+)?;user=phone>;tag=/);
        expect(invite.header("p-asserted-identity")).toMatch(
            /^"Alice" <sip:\+493012345678@127\.0\.0\.1(:\d+)?;user=phone>$/,
        );
        expect(invite.header("session-expires")).toBe("600");
        expect(invite.header("supported")).toBe("100rel, timer, norefersub, replaces, tdialog");
        expect(invite.header("user-agent")).toBe("spec/1");
        calls.phone.respond(invite, 180, "Ringing");
        expect(await reported.next()).toEqual({ kind: "ringing" });
        calls.phone.respond(invite, 200, "OK", { body: PHONE_SDP });
        expect(await reported.next()).toEqual({ kind: "answered", sdp: PHONE_SDP });
        await calls.phone.next("ACK");
        await leg.end("hungUp");
        await leg.end("hungUp");
        const bye = await calls.phone.next("BYE");
        expect(bye.header("reason")).toBe("Q.850;cause=16");
        calls.phone.respond(bye, 200, "OK");
        expect(reported.facts).toHaveLength(2);
    });

    test("is hung up by the phone", async () => {
        const { reported, invite } = await calls.connected();
        calls.phone.callBack(invite, "BYE", 1, { headers: ["Reason: Q.850;cause=16"] });
        await calls.phone.next("SIP/2.0 200");
        expect(await reported.next()).toEqual({ kind: "ended", cause: "hungUp" });
    });

    test.each([
        [486, "Busy Here", "busy"],
        [404, "Not Found", "notFound"],
        [480, "Temporarily Unavailable", "unavailable"],
        [488, "Not Acceptable Here", "noCommonMedia"],
        [500, "Server Internal Error", "networkFailure"],
        [603, "Decline", "declined"],
        [607, "Unwanted", "blocked"],
    ] as const)("is refused with %i %s: %s", async (status, phrase, cause) => {
        const { reported, invite } = await calls.offered();
        await calls.refuse(invite, status, phrase);
        expect(await reported.next()).toEqual({ kind: "ended", cause });
    });

    test("rings once, however often the phone says so", async () => {
        const { reported, invite } = await calls.offered();
        calls.phone.respond(invite, 180, "Ringing");
        calls.phone.respond(invite, 183, "Session Progress", { body: PHONE_SDP });
        await calls.refuse(invite, 486, "Busy Here");
        expect(await reported.next()).toEqual({ kind: "ringing" });
        expect(await reported.next()).toEqual({ kind: "ended", cause: "busy" });
    });

    test("whose phone answers without SDP it was not given before is ended", async () => {
        const { reported, invite } = await calls.offered();
        calls.phone.respond(invite, 200, "OK");
        await calls.phone.next("ACK");
        calls.phone.respond(await calls.phone.next("BYE"), 200, "OK");
        expect(await reported.next()).toEqual({ kind: "ended", cause: "noCommonMedia" });
    });

    test("may have its answer in a reliable provisional response, which is acknowledged", async () => {
        const { leg, reported, invite } = await calls.offered();
        calls.phone.respond(invite, 183, "Session Progress", {
            headers: ["Require: 100rel", "RSeq: 7"],
            body: PHONE_SDP,
        });
        const prack = await calls.phone.next("PRACK");
        expect(prack.header("rack")).toBe(`7 ${invite.header("cseq")}`);
        calls.phone.respond(prack, 200, "OK");
        expect(await reported.next()).toEqual({ kind: "ringing" });
        calls.phone.respond(invite, 200, "OK");
        expect(await reported.next()).toEqual({ kind: "answered", sdp: PHONE_SDP });
        await calls.phone.next("ACK");
        await calls.hangUp({ leg, reported });
    });

    test("two forks answer: the first is talked to, the second is hung up on", async () => {
        const { leg, reported, invite } = await calls.offered();
        calls.phone.respond(invite, 200, "OK", { body: PHONE_SDP, tag: "one" });
        calls.phone.respond(invite, 200, "OK", { body: PHONE_SDP, tag: "two" });
        expect(await reported.next()).toMatchObject({ kind: "answered" });
        await Promise.all([calls.phone.next("ACK"), calls.phone.next("ACK")]);
        const lost = await calls.phone.next("BYE");
        expect(lost.header("to")).toContain("tag=two");
        calls.phone.respond(lost, 200, "OK");
        await leg.end("hungUp");
        const bye = await calls.phone.next("BYE");
        expect(bye.header("to")).toContain("tag=one");
        calls.phone.respond(bye, 200, "OK");
    });
});

describe("giving up", () => {
    test("while it rings", async () => {
        const { leg, reported, invite } = await calls.offered();
        calls.phone.respond(invite, 180, "Ringing");
        await reported.next();
        await leg.end("noAnswer");
        const cancel = await calls.phone.next("CANCEL");
        expect(cancel.header("reason")).toBe("Q.850;cause=19");
        calls.phone.respond(cancel, 200, "OK");
        await calls.refuse(invite, 487, "Request Terminated");
        expect(reported.facts).toHaveLength(1);
    });

    test("before the phone said anything: CANCEL waits for a provisional response", async () => {
        const { leg, reported, invite } = await calls.offered();
        await leg.end("cancelled");
        await expect(calls.phone.next("CANCEL", 300)).rejects.toThrow();
        calls.phone.respond(invite, 180, "Ringing");
        calls.phone.respond(await calls.phone.next("CANCEL"), 200, "OK");
        await calls.refuse(invite, 487, "Request Terminated");
        expect(reported.facts).toEqual([]);
    });

    test("because another device answered, which CANCEL says", async () => {
        const { leg, reported, invite } = await calls.offered();
        calls.phone.respond(invite, 180, "Ringing");
        await reported.next();
        await leg.end("answeredElsewhere");
        const cancel = await calls.phone.next("CANCEL");
        expect(cancel.header("reason")).toContain("SIP;cause=200");
        calls.phone.respond(cancel, 200, "OK");
        await calls.refuse(invite, 487, "Request Terminated");
    });

    test("just as the phone answers: ACK, BYE, and the answer is not reported", async () => {
        const { leg, reported, invite } = await calls.offered();
        calls.phone.respond(invite, 180, "Ringing");
        await reported.next();
        await leg.end("cancelled");
        const cancel = await calls.phone.next("CANCEL");
        calls.phone.respond(invite, 200, "OK", { body: PHONE_SDP });
        calls.phone.respond(cancel, 200, "OK");
        await calls.phone.next("ACK");
        calls.phone.respond(await calls.phone.next("BYE"), 200, "OK");
        expect(reported.facts).toEqual([{ kind: "ringing" }]);
    });

    test("before anything was sent", async () => {
        const { leg, reported } = calls.dial(trunkTo(calls.phone));
        await leg.end("cancelled");
        await leg.offer(OUR_SDP);
        expect(side.held).toEqual([0, 0]);
        expect(reported.facts).toEqual([]);
    });
});

describe("within a call", () => {
    test.each(["INVITE", "UPDATE"])("%s of the phone with the same SDP is answered here", async (method) => {
        const placed = await calls.connected();
        calls.phone.callBack(placed.invite, method, 1, { body: PHONE_SDP });
        expect((await calls.phone.next("SIP/2.0 200")).body).toBe(OUR_SDP);
        if (method === "INVITE") calls.phone.callBack(placed.invite, "ACK", 1);
        expect(placed.reported.facts).toHaveLength(1);
        await calls.hangUp(placed);
    });

    test.each(["INVITE", "UPDATE"])("%s of the phone with changed SDP is the desk's to answer", async (method) => {
        const placed = await calls.connected();
        const held = sdpOf(40_000, "a=inactive");
        calls.phone.callBack(placed.invite, method, 1, { body: held });
        expect(await placed.reported.next()).toEqual({ kind: "offered", sdp: held });
        await placed.leg.answerOffer(OTHER_SDP);
        expect((await calls.phone.next("SIP/2.0 200")).body).toBe(OTHER_SDP);
        if (method === "INVITE") calls.phone.callBack(placed.invite, "ACK", 1);
        await calls.hangUp(placed);
    });

    test.each(["uac", "uas"])(
        "a session of thirty years, refreshed by the %s, does not end immediately",
        async (refresher) => {
            const placed = await calls.offered();
            const expires = [`Session-Expires: 999999999;refresher=${refresher}`, "Require: timer"];
            calls.phone.respond(placed.invite, 200, "OK", { body: PHONE_SDP, headers: expires });
            await placed.reported.next();
            await calls.phone.next("ACK");
            calls.phone.callBack(placed.invite, "UPDATE", 1, { body: PHONE_SDP });
            expect((await calls.phone.next("SIP/2.0 200")).body).toBe(OUR_SDP);
            expect(calls.phone.unread).toEqual([]);
            await calls.hangUp(placed);
        },
    );

    test("an UPDATE before the answer has to wait", async () => {
        const { reported, invite } = await calls.offered();
        calls.phone.respond(invite, 180, "Ringing");
        await reported.next();
        calls.phone.callBack(invite, "UPDATE", 1, { body: PHONE_SDP });
        await calls.phone.next("SIP/2.0 491");
        await calls.refuse(invite, 486, "Busy Here");
    });
});
