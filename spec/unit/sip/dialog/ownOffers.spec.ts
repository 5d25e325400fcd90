import { beforeEach, describe, expect, it } from "vitest";
import type { Sdp } from "../../../../lib/call/vocabulary.ts";
import type { LegEvent } from "../../../../lib/ports/CallLeg.ts";
import type { AckState } from "../../../../lib/sip/dialog/DialogParts.ts";
import type { SipDialog } from "../../../../lib/sip/dialog/SipDialog.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { aDialog } from "../../../support/sip/aDialog.ts";
import { sdpOf } from "../../../support/sip/ScriptedPhone.ts";
import { ScriptedRequest, ScriptedStack, settled } from "../../../support/sip/ScriptedStack.ts";

const LOCAL = `${sdpOf(50_000)}a=sendrecv\r\n` as Sdp;
const REMOTE = `${sdpOf(40_000)}a=sendrecv\r\n` as Sdp;
const HOLD = LOCAL.replace("a=sendrecv", "a=sendonly") as Sdp;
const HELD = REMOTE.replace("a=sendrecv", "a=recvonly") as Sdp;

let clock: FakeClock;
let stack: ScriptedStack;
let events: LegEvent[];

beforeEach(() => {
    clock = new FakeClock();
    stack = new ScriptedStack();
    events = [];
});

function dialogOf(role: "caller" | "callee" = "caller", ack: AckState = "received"): SipDialog {
    return aDialog({ stack, clock, role, local: LOCAL, remote: REMOTE, ack, report: (event) => events.push(event) });
}

describe("an offer of the bridge within a dialog", () => {
    it("is sent as a re-INVITE that keeps the session timer, and its answer is acknowledged and reported", async () => {
        const dialog = dialogOf();
        dialog.reoffer(HOLD);
        await settled();
        expect(stack.requests[0]).toMatchObject({
            method: "INVITE",
            dialogId: "d1",
            body: HOLD,
            headers: { "Session-Expires": "1800;refresher=uac", "Content-Type": "application/sdp" },
        });
        stack.answer(180);
        stack.answer(200, { body: HELD });
        expect(stack.sent).toEqual(["INVITE", "ACK"]);
        expect(events).toEqual([{ kind: "offerAnswered", sdp: HELD }]);
    });

    it("waits until the peer has acknowledged the answer before it", async () => {
        const dialog = dialogOf("callee", "awaited");
        dialog.reoffer(HOLD);
        await settled();
        expect(stack.sent).toEqual([]);
        dialog.handle(new ScriptedRequest("ACK"));
        await settled();
        expect(stack.sent).toEqual(["INVITE"]);
    });

    it.each([
        [488, "noCommonMedia"],
        [500, "networkFailure"],
        [603, "declined"],
    ] as const)("leaves the call as it was after %i", async (status, cause) => {
        dialogOf().reoffer(HOLD);
        await settled();
        stack.answer(status);
        expect(events).toEqual([{ kind: "offerRejected", cause }]);
        expect(clock.pending).toBe(0);
    });

    it("is rejected if the answer has no session description, which is acknowledged all the same", async () => {
        dialogOf().reoffer(HOLD);
        await settled();
        stack.answer(200);
        expect(stack.sent).toEqual(["INVITE", "ACK"]);
        expect(events).toEqual([{ kind: "offerRejected", cause: "noCommonMedia" }]);
    });

    it.each([
        ["caller", 3_050],
        ["callee", 1_000],
    ] as const)("is made again after a glare, %s after %i ms, three times", async (role, pauseMs) => {
        dialogOf(role).reoffer(HOLD);
        for (let attempt = 1; attempt <= 3; attempt++) {
            await settled();
            stack.answer(491);
            clock.advance(pauseMs - 1);
            await settled();
            expect(stack.sent).toHaveLength(attempt);
            clock.advance(1);
        }
        await settled();
        stack.answer(491);
        expect(stack.sent).toHaveLength(4);
        expect(events.map(({ kind }) => kind)).toEqual(["offerRejected"]);
    });

    it("is made again when a busy peer asks for that", async () => {
        dialogOf().reoffer(HOLD);
        await settled();
        stack.answer(500, { headers: new Map([["retry-after", "3"]]) });
        clock.advance(3_000);
        await settled();
        expect(stack.sent).toEqual(["INVITE", "INVITE"]);
    });

    it("gives way to an offer of the peer while it pauses, and rejects one with 491 while it is under way", async () => {
        const dialog = dialogOf();
        dialog.reoffer(HOLD);
        await settled();
        const crossing = new ScriptedRequest("INVITE", { body: HELD });
        dialog.handle(crossing);
        expect(crossing.statuses).toEqual([491]);
        stack.answer(491);
        dialog.handle(new ScriptedRequest("INVITE", { body: HELD }));
        expect(events.map(({ kind }) => kind)).toEqual(["offerRejected", "offered"]);
        clock.advance(10_000);
        await settled();
        expect(stack.sent).toEqual(["INVITE"]);
    });

    it.each([408, 481])("ends the call after %i, because the peer does not know the dialog", async (status) => {
        dialogOf().reoffer(HOLD);
        await settled();
        stack.answer(status);
        await settled();
        expect(events).toEqual([{ kind: "ended", cause: "networkFailure" }]);
        expect(stack.sent).toEqual(["INVITE", "BYE"]);
    });

    it("is cancelled when it is withdrawn, and its answer is not reported any more", async () => {
        const dialog = dialogOf();
        dialog.reoffer(HOLD);
        await settled();
        dialog.withdrawOffer();
        stack.answer(200, { body: HELD });
        expect(stack.sent).toEqual(["INVITE", "CANCEL", "ACK"]);
        expect(events).toEqual([]);
    });
});

describe("a peer that sends no media", () => {
    const UNREACHED = { headers: new Map([["warning", '399 192.0.2.1 "connection lost"']]) };

    it.each([408, 481])("is asked by OPTIONS, and the call ends after %i", async (status) => {
        await dialogOf().check();
        expect(stack.requests[0]).toMatchObject({ method: "OPTIONS", dialogId: "d1" });
        stack.answer(status);
        await settled();
        expect(events).toEqual([{ kind: "ended", cause: "networkFailure" }]);
        expect(stack.sent).toEqual(["OPTIONS", "BYE"]);
    });

    it("is gone if it does not respond within 10 s, and is not asked twice meanwhile", async () => {
        const dialog = dialogOf();
        await dialog.check();
        await dialog.check();
        clock.advance(9_999);
        expect(events).toEqual([]);
        clock.advance(1);
        await settled();
        expect(events).toEqual([{ kind: "ended", cause: "networkFailure" }]);
        expect(stack.sent).toEqual(["OPTIONS", "BYE"]);
    });

    it("is asked once more after 5 s if the SIP server cannot reach it, and stays if it responds then", async () => {
        await dialogOf().check();
        stack.answer(503, UNREACHED);
        clock.advance(5_000);
        await settled();
        stack.answer(200);
        clock.advance(60_000);
        expect(events).toEqual([]);
        expect(stack.sent).toEqual(["OPTIONS", "OPTIONS"]);
    });

    it("is gone if the SIP server cannot reach it twice", async () => {
        await dialogOf().check();
        stack.answer(503, UNREACHED);
        clock.advance(5_000);
        await settled();
        stack.answer(503, UNREACHED);
        await settled();
        expect(events).toEqual([{ kind: "ended", cause: "networkFailure" }]);
    });

    it.each([200, 401, 405, 486, 500, 503])("stays in the call if it responds with %i", async (status) => {
        await dialogOf().check();
        stack.answer(status);
        clock.advance(60_000);
        await settled();
        expect(events).toEqual([]);
        expect(stack.sent).toEqual(["OPTIONS"]);
    });

    it("is not asked any more once the call is over", async () => {
        const dialog = dialogOf();
        await dialog.check();
        dialog.handle(new ScriptedRequest("BYE"));
        clock.advance(60_000);
        expect(events).toEqual([{ kind: "ended", cause: "hungUp" }]);
    });
});

describe("a re-INVITE without an offer", () => {
    it("is answered with the session without its hold, in a later version", async () => {
        const dialog = dialogOf();
        dialog.handle(new ScriptedRequest("INVITE", { body: HELD.replace("recvonly", "inactive") }));
        await dialog.answerOffer(LOCAL.replace("a=sendrecv", "a=inactive") as Sdp);
        dialog.handle(new ScriptedRequest("ACK"));
        const late = new ScriptedRequest("INVITE");
        dialog.handle(late);
        expect(late.responses[0]?.body).toContain("a=sendrecv");
        expect(late.responses[0]?.body).not.toContain("a=inactive");
    });
});
