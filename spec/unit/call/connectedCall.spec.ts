import { describe, expect, it } from "vitest";
import type { CallEvent } from "../../../lib/call/CallEvent.ts";
import { reduceCall } from "../../../lib/call/reduceCall.ts";
import { linkLeg, ORIGIN } from "../../../lib/call/vocabulary.ts";
import { alice, alerting, connected, changing, joining, waiting, run } from "./callStates.ts";
import { sdp } from "./everyEvent.ts";

describe("a change of the session", () => {
    const offer: CallEvent = { kind: "offerReceived", leg: ORIGIN, sdp: sdp("hold") };
    const forwarded: CallEvent = { kind: "changeForwarded", sdp: sdp("forwarded") };
    const held: CallEvent = { kind: "changeAnswered", sdp: sdp("a"), hold: "holds" };

    it("is answered alone if the media proxy can", () => {
        expect(run(connected, offer).effects).toEqual([`proposeChange ${alice}`]);
        expect(run(connected, offer, { ...held, hold: "talks" })).toEqual({
            state: connected,
            effects: [`answerOffer ${ORIGIN}`],
        });
    });

    it("goes to the other party, whose answer completes it", () => {
        const asked = run(connected, offer, forwarded);
        expect(asked.effects).toEqual([`reoffer ${alice}`, "startTimer change"]);
        const agreed = run(asked.state, { kind: "offerAnswered", leg: alice, sdp: sdp("recvonly") });
        expect(agreed.effects).toEqual(["stopTimer change", `completeChange ${alice}`]);
        const done = run(agreed.state, held);
        expect(done.effects).toEqual([`answerOffer ${ORIGIN}`]);
        expect(done.state).toEqual({ ...connected, heldBy: [ORIGIN] });
        expect(run(done.state, offer, { ...held, hold: "talks" }).state).toEqual(connected);
    });

    it("is answered in the other party's place if that does not agree", () => {
        const rejected: CallEvent = { kind: "offerRejected", leg: alice, cause: "noCommonMedia" };
        expect(reduceCall({ ...changing, waitsFor: "peer" }, rejected, 0).effects).toEqual([
            { kind: "stopTimer", timer: "change" },
            { kind: "completeChange", leg: alice, side: "origin", sdp: undefined },
        ]);
    });

    it("is withdrawn from the other party if that does not answer in time", () => {
        const { effects } = run({ ...changing, waitsFor: "peer" }, { kind: "timerFired", timer: "change" });
        expect(effects).toEqual(["stopTimer change", `withdrawOffer ${alice}`, `completeChange ${alice}`]);
    });

    it("leaves the call as it was if it fails", () => {
        const failed: CallEvent = { kind: "changeFailed", cause: "noCommonMedia" };
        expect(run({ ...changing, heldBy: [alice] }, failed)).toEqual({
            state: { ...connected, heldBy: [alice] },
            effects: [`rejectOffer ${ORIGIN}`],
        });
    });

    it("lets the other party's offer wait, and postpones a third one", () => {
        const waits = run(changing, { kind: "offerReceived", leg: alice, sdp: sdp("waits") });
        expect(waits).toEqual({ state: { ...changing, next: { leg: alice, sdp: sdp("waits") } }, effects: [] });
        expect(run(waits.state, offer).effects).toEqual([`postponeOffer ${ORIGIN}`]);
        expect(run(waits.state, { ...held, hold: "talks" }).effects).toEqual([
            `answerOffer ${ORIGIN}`,
            `proposeChange ${alice}`,
        ]);
    });

    it("does not ask a party that has an offer of its own open", () => {
        expect(run({ ...changing, next: waiting }, forwarded).effects).toEqual([
            "stopTimer change",
            `completeChange ${alice}`,
        ]);
    });
});

describe("a hold by a command", () => {
    const command: CallEvent = { kind: "holdCommanded", leg: alice, hold: "holds" };
    const held: CallEvent = { kind: "changeAnswered", sdp: sdp("a"), hold: "holds" };

    it("asks the other party, and answers no party", () => {
        const proposed = run(connected, command);
        expect(proposed.effects).toEqual([`proposeHold ${alice}`]);
        const asked = run(proposed.state, { kind: "changeForwarded", sdp: sdp("forwarded") });
        expect(asked.effects).toEqual([`reoffer ${ORIGIN}`, "startTimer change"]);
        const done = run(asked.state, { kind: "offerAnswered", leg: ORIGIN, sdp: sdp("recvonly") }, held);
        expect(done).toEqual({ state: { ...connected, heldBy: [alice] }, effects: [] });
    });

    it("leaves the call as it was if it fails", () => {
        const failed: CallEvent = { kind: "changeFailed", cause: "noCommonMedia" };
        expect(run(connected, command, failed)).toEqual({ state: connected, effects: [] });
    });

    it("lets an offer of the party for which it is given wait", () => {
        const offer: CallEvent = { kind: "offerReceived", leg: alice, sdp: sdp("restart") };
        const forwarded = run(connected, command, offer, { kind: "changeForwarded", sdp: sdp("forwarded") });
        expect(forwarded.effects).toEqual([`reoffer ${ORIGIN}`, "startTimer change"]);
        const next = run(forwarded.state, { kind: "offerRejected", leg: ORIGIN, cause: "noCommonMedia" }, held);
        expect(next.effects).toEqual([`proposeChange ${alice}`]);
    });

    it("is ignored while the session changes, and for a leg that is no party", () => {
        expect(run(changing, command)).toEqual({ state: changing, effects: [] });
        expect(run(connected, { ...command, leg: linkLeg(3) })).toEqual({ state: connected, effects: [] });
    });
});

describe("a transfer", () => {
    const asked: CallEvent = { kind: "transferRequested", leg: alice };
    const ready: CallEvent = { kind: "joinRequested", leg: alice };

    it("leaves the call as it was until the target answers", () => {
        const requested = run(connected, asked);
        expect(requested.effects).toEqual([`placeTransfer ${alice}`]);
        expect(run(requested.state, { kind: "offerReceived", leg: ORIGIN, sdp: sdp("hold") }).effects).toEqual([
            `proposeChange ${alice}`,
        ]);
        expect(run(requested.state, { kind: "transferFailed", cause: "busy" }).state).toEqual(connected);
    });

    it("waits for a change of the session", () => {
        const waits = run({ ...changing, by: ORIGIN }, asked, ready);
        expect(waits.effects).toEqual([`seatLink ${linkLeg(1)}`]);
        expect(run(waits.state, { kind: "changeAnswered", sdp: sdp("a"), hold: "talks" }).effects).toEqual([
            `answerOffer ${ORIGIN}`,
            `beginHandover ${alice}`,
            "startTimer change",
        ]);
    });

    it("puts the other call in the place of the party that leaves", () => {
        const joined = run(
            joining,
            { kind: "handoverOffered", sdp: sdp("ours") },
            { kind: "legAnswered", leg: linkLeg(1), sdp: sdp("theirs") },
            { kind: "handoverDone", hold: "talks" },
        );
        expect(joined.state).toEqual({ ...connected, target: linkLeg(1), links: 1 });
        expect(joined.effects).toEqual([
            "stopTimer change",
            `reportTransfer ${alice}`,
            `endLeg ${alice}`,
            `showParty ${linkLeg(1)}`,
            `showParty ${ORIGIN}`,
        ]);
    });

    it("asks the party that stays again if it was held", () => {
        const held = { ...joining, heldBy: [alice], progress: { waitsFor: "completion", sdp: sdp("theirs") } } as const;
        expect(run(held, { kind: "handoverDone", hold: "talks" }).effects).toEqual([
            "stopTimer change",
            `reportTransfer ${alice}`,
            `endLeg ${alice}`,
            `showParty ${linkLeg(1)}`,
            `showParty ${ORIGIN}`,
            `proposeChange ${alice}`,
        ]);
    });

    it("is over if two calls cannot be joined in time, and the call is as it was", () => {
        const late = run(joining, { kind: "timerFired", timer: "change" });
        expect(late.state).toEqual({ ...connected, links: 1 });
        expect(late.effects).toEqual([
            "stopTimer change",
            `endLeg ${linkLeg(1)}`,
            `cancelHandover ${alice}`,
            `reportTransfer ${alice}`,
        ]);
    });

    it("is possible once at a time", () => {
        const requested = run(connected, asked).state;
        expect(run(requested, { kind: "transferRequested", leg: ORIGIN }).effects).toEqual([
            `reportTransfer ${ORIGIN}`,
        ]);
        expect(run(alerting, asked).effects).toEqual([`reportTransfer ${alice}`]);
    });
});
