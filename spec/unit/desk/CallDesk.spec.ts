import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CallDesk } from "../../../lib/desk/CallDesk.ts";
import { CallFailure } from "../../../lib/ports/CallFailure.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { KeptLog, KeptRecorder, KeptTelemetry } from "../../support/quiet.ts";
import { HandledMedia } from "./HandledMedia.ts";

import { connected, open, sdp, turn } from "./openDesk.ts";

describe("CallDesk", () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
    afterEach(() => void vi.useRealTimers());

    it("takes a call from the offer to the end", async () => {
        const { origin, target, media, recorder, clock, desk, log, says } = await connected();
        clock.advance(5_000);
        says.origin({ kind: "ended", cause: "hungUp" });
        await turn();

        expect(origin.told).toEqual(["ring", "accept A'"]);
        expect(target.told).toEqual(["offer O'", "end hungUp"]);
        expect(media.asked).toEqual(["offer O", "answer A", "release"]);
        expect(recorder.recorded).toEqual([
            "c1 started",
            "c1 ringing",
            "c1 answered",
            "c1 ended by origin: hungUp",
            "c1 settled",
        ]);
        expect([desk.calls, clock.pending, log.lines]).toEqual([0, 0, []]);
    });

    it("ends a call for both parties if the bridge does so", async () => {
        const { origin, target, desk, request } = await connected();
        desk.end(request.callId, "limitReached");
        await turn();
        expect([origin.told.at(-1), target.told.at(-1)]).toEqual(["end limitReached", "end limitReached"]);
        expect(desk.calls).toBe(0);
        desk.end(request.callId, "limitReached");
    });

    it("hangs up on an answer that crosses the caller's CANCEL", async () => {
        const { origin, target, media, call, desk } = open();
        const says = call();
        await turn();
        media.give(sdp("O'"));
        await turn();
        says.target({ kind: "answered", sdp: sdp("A") });
        says.origin({ kind: "ended", cause: "cancelled" });
        await turn();
        media.give(sdp("A'"));
        await turn();

        expect(origin.told).toEqual([]);
        expect(target.told).toEqual(["offer O'", "end cancelled"]);
        // freed by the end of the call, and again once the late answer is known to have taken ports
        expect(media.asked).toEqual(["offer O", "answer A", "release", "release"]);
        expect(desk.calls).toBe(0);
    });

    it("never calls a target whose caller gave up while media was being set up", async () => {
        const { target, media, call, desk } = open();
        const says = call();
        says.origin({ kind: "ended", cause: "cancelled" });
        await turn();
        media.give(sdp("O'"));
        await turn();

        expect(target.told).toEqual(["end cancelled"]);
        expect(media.asked).toEqual(["offer O", "release", "release"]);
        expect(desk.calls).toBe(0);
    });

    it("tells the caller why the target could not be reached, and cleans up after the leg that failed", async () => {
        const { origin, target, media, call, desk } = open();
        target.failAt("offer", new CallFailure("unavailable", "left the room"));
        call();
        await turn();
        media.give(sdp("O'"));
        await turn();

        expect(origin.told).toEqual(["end unavailable"]);
        expect(target.told).toEqual(["offer O'", "end unavailable"]);
        expect(desk.calls).toBe(0);
    });

    it("tells both parties when there is no media", async () => {
        const { origin, target, media, call } = open();
        call();
        await turn();
        media.fail("serviceUnavailable");
        await turn();

        expect(origin.told).toEqual(["end serviceUnavailable"]);
        expect(target.told).toEqual(["end serviceUnavailable"]);
    });

    it("ends the call when media that flowed is lost", async () => {
        const { origin, target, media } = await connected();
        media.report({ kind: "mediaFailed", cause: "mediaLost" });
        await turn();

        expect(origin.told.at(-1)).toBe("end mediaLost");
        expect(target.told.at(-1)).toBe("end mediaLost");
    });

    it("does not let a party that never responds hold up the other", async () => {
        const { origin, target, media, call, desk, log } = open();
        target.stallAt("offer");
        const says = call();
        await turn();
        media.give(sdp("O'"));
        await turn();
        says.target({ kind: "ringing" });
        await turn();
        expect(origin.told).toEqual(["ring"]);

        vi.advanceTimersByTime(5_000);
        await turn();
        expect(origin.told).toEqual(["ring", "end networkFailure"]);
        expect(desk.calls).toBe(0);
        expect(log.lines).toEqual(["warn: call effect timed out"]);
    });

    it("counts a bug of the bridge, and ends only that call", async () => {
        const { origin, target, media, call, log } = open();
        target.failAt("offer", new TypeError("undefined is not a function"));
        call();
        await turn();
        media.give(sdp("O'"));
        await turn();

        expect(origin.told).toEqual(["end internalError"]);
        expect(log.lines).toEqual(["error: call effect failed unexpectedly"]);
    });

    it("answers a party's new offer, and then the one that waited", async () => {
        const { origin, target, media, says } = await connected();
        says.origin({ kind: "offered", sdp: sdp("hold") });
        says.target({ kind: "offered", sdp: sdp("restart") });
        await turn();
        media.give(sdp("held"));
        await turn();
        media.fail("noCommonMedia");
        await turn();

        expect(origin.told.slice(2)).toEqual(["answerOffer held"]);
        expect(target.told.slice(1)).toEqual(["rejectOffer noCommonMedia"]);
    });

    it("asks the other party about a change, and answers it in its place if that fails", async () => {
        const { origin, target, media, says, desk } = await connected();
        target.failAt("reoffer", new CallFailure("networkFailure", "no connection"));
        media.forwards = true;
        says.origin({ kind: "offered", sdp: sdp("hold") });
        await turn();
        media.give(sdp("hold'"));
        await turn();
        expect(target.told.at(-1)).toBe("reoffer hold'");
        media.give(sdp("held"));
        await turn();
        expect(media.asked.at(-1)).toBe("complete origin in place");
        expect(origin.told.at(-1)).toBe("answerOffer held");
        expect(desk.calls).toBe(1);
    });

    it("keeps a call whose party cannot be answered within it", async () => {
        const { origin, target, media, says, desk, log } = await connected();
        origin.failAt("answerOffer", new CallFailure("networkFailure", "no connection"));
        says.origin({ kind: "offered", sdp: sdp("moved") });
        await turn();
        media.give(sdp("a"));
        await turn();
        expect([origin.told.at(-1), target.told.length, desk.calls]).toEqual(["answerOffer a", 1, 1]);
        expect(log.lines).toEqual([]);
    });

    it("counts an end that could not be delivered, by its party", async () => {
        const { target, says, telemetry, log } = await connected();
        target.failAt("end", new CallFailure("serviceUnavailable", "no homeserver"));
        says.origin({ kind: "ended", cause: "hungUp" });
        await turn();
        expect(telemetry.counted).toEqual(["end not delivered to callee"]);
        expect(log.lines).toEqual(["warn: end of call not delivered"]);
    });

    it("repeats an end without a limit in time, and forgets the call only then", async () => {
        const { target, desk, says, clock } = await connected();
        target.stallAt("end");
        says.origin({ kind: "ended", cause: "hungUp" });
        await turn();
        clock.advance(3_600_000);
        vi.advanceTimersByTime(3_600_000);
        await turn();
        expect([target.told.at(-1), desk.calls]).toEqual(["end hungUp", 1]);
    });

    it("stops ringing in time", async () => {
        const { origin, target, media, call, clock } = open();
        const says = call();
        await turn();
        media.give(sdp("O'"));
        await turn();
        says.target({ kind: "ringing" });
        clock.advance(59_999);
        await turn();
        expect(origin.told).toEqual(["ring"]);
        clock.advance(60_000);
        await turn();

        expect(origin.told).toEqual(["ring", "end noAnswer"]);
        expect(target.told).toEqual(["offer O'", "end noAnswer"]);
    });

    it("tells the media of candidates while they work on a description, which may be waiting for them", async () => {
        const { media, call, target } = open();
        const says = call();
        says.origin({ kind: "candidates", candidates: [{ candidate: "" }] });
        await turn();
        expect(media.asked).toEqual(["offer O", "candidates origin 1"]);
        media.give(sdp("O'"));
        await turn();
        expect(target.told).toEqual(["offer O'"]);
    });

    it("frees the media immediately, in every state", async () => {
        const { media, call, desk } = open();
        const says = call();
        says.origin({ kind: "ended", cause: "cancelled" });
        await turn();
        expect(media.asked).toEqual(["offer O", "release"]);
        media.fail("mediaLost");
        await turn();
        expect(desk.calls).toBe(0);
    });

    it("refuses calls before it is connected, beyond its limit, and once it stops", async () => {
        const { desk, request, call, recorder } = open({ maxCalls: 1 });
        call();
        expect(desk.open(request)).toEqual({ refused: "serviceUnavailable" });
        expect(recorder.recorded.at(-1)).toBe("c1 rejected: too_many_calls");

        const unconnected = new CallDesk({
            clock: new FakeClock(),
            log: new KeptLog(),
            telemetry: new KeptTelemetry(),
            recorder: new KeptRecorder(),
            media: new HandledMedia(),
            maxCalls: 1,
            effectTimeoutMs: 1,
        });
        expect(unconnected.open(request)).toEqual({ refused: "serviceUnavailable" });
        await unconnected.stop(1);
        expect(unconnected.open(request)).toEqual({ refused: "serviceUnavailable" });
    });

    it("ends every call when it stops, and waits for that", async () => {
        const { desk, origin, target, media } = await connected();
        await desk.stop(10_000);

        expect(origin.told.at(-1)).toBe("end serviceUnavailable");
        expect(target.told.at(-1)).toBe("end serviceUnavailable");
        expect(media.asked.at(-1)).toBe("release");
        expect(desk.calls).toBe(0);
    });

    it("does not wait endlessly when it stops", async () => {
        const { desk, clock, target, log } = await connected();
        target.stallAt("end");
        const stopped = desk.stop(10_000);
        await turn();
        clock.advance(10_000);
        await stopped;
        expect(log.lines).toEqual(["warn: calls not ended in time"]);
    });
});
