import { describe, expect, it } from "vitest";
import type { CallEvent } from "../../../lib/call/CallEvent.ts";
import { PHASES } from "../../../lib/call/CallState.ts";
import { openCall, reduceCall } from "../../../lib/call/reduceCall.ts";
import { type IceCandidate, linkLeg, ORIGIN } from "../../../lib/call/vocabulary.ts";
import {
    policy,
    alice,
    desk,
    voicemail,
    plan,
    alerting,
    answering,
    connected,
    changing,
    nameOfEffect,
    ended,
    everyState,
    run,
    open,
    offered,
    answered,
    over,
    stopTimers,
} from "./callStates.ts";
import { everyEvent, nameOf, sdp } from "./everyEvent.ts";

describe("reduceCall", () => {
    it("knows every phase in this spec", () => {
        expect(new Set(everyState.map(({ phase }) => phase))).toEqual(new Set(PHASES));
    });

    it("never leaves the end", () => {
        for (const event of everyEvent([alice])) expect(reduceCall(ended, event, 0).state).toBe(ended);
    });

    it("does not change its arguments, and depends on them alone", () => {
        for (const state of everyState)
            for (const event of everyEvent([alice, desk])) {
                const before = JSON.stringify(state);
                expect(reduceCall(state, event, 7)).toEqual(reduceCall(state, event, 7));
                expect(JSON.stringify(state)).toBe(before);
            }
    });

    it.each(everyState.filter(({ phase }) => phase !== "ended"))(
        "tells both parties that the bridge stops: %#",
        (state) => {
            const { effects } = run(state, { kind: "bridgeStopping" });
            const joined = state.phase === "joining" ? ["cancelTransfer"] : [];
            const links = state.phase === "joining" ? [`endLeg ${linkLeg(1)}`] : [];
            const ended = [`endLeg ${ORIGIN}`, `endLeg ${alice}`, ...links];
            expect(effects).toEqual([...stopTimers, ...joined, ...ended, `releaseMedia ${alice}`]);
        },
    );

    it.each(everyEvent([alice]).map((event) => [nameOf(event), event] as const))(
        "releases media and ends legs that %s reports after the end",
        (_, event) => {
            const { effects } = run(ended, event);
            const expected: Partial<Record<CallEvent["kind"], string>> = {
                legAnswered: `endLeg ${alice}`,
                mediaOffered: `releaseMedia ${alice}`,
                mediaAnswered: `releaseMedia ${alice}`,
                joinRequested: `endLeg ${linkLeg(0)}`,
            };
            expect(effects.filter((effect) => !effect.startsWith("seatLink"))).toEqual(
                expected[event.kind] === undefined ? [] : [expected[event.kind]],
            );
        },
    );
});

describe("a call that rings", () => {
    it("dials every leg of the first step and allocates media for each", () => {
        const { state, effects } = openCall({ policy, plan, offer: sdp("offer") }, 1_000);
        expect(effects.map(nameOfEffect)).toEqual([
            `dialLeg ${alice}`,
            `allocateMedia ${alice}`,
            `dialLeg ${desk}`,
            `allocateMedia ${desk}`,
            "startTimer answer",
        ]);
        expect(state).toMatchObject({ phase: "alerting", openedAt: 1_000, deadline: 21_000 });
    });

    it("offers each leg what the media proxy made for it", () => {
        expect(reduceCall(open(), offered(desk), 0).effects).toEqual([
            { kind: "offerLeg", leg: desk, sdp: sdp(`for ${desk}`) },
        ]);
    });

    it("tells the origin once that it rings", () => {
        const ringing: CallEvent = { kind: "legRinging", leg: alice };
        const once = run(open(), offered(alice), offered(desk), ringing);
        expect(once.effects).toEqual([`ringLeg ${ORIGIN}`]);
        expect(run(once.state, { kind: "legRinging", leg: desk }).effects).toEqual([]);
    });

    it("adds the time that a leg needed before it could ring to the ring time", () => {
        const { state } = run(open(), offered(alice), { kind: "legRinging", leg: alice });
        const late = reduceCall(state, { kind: "legRinging", leg: alice, delayMs: 12_000 }, 0);
        expect(late.state).toMatchObject({ phase: "alerting", deadline: 32_000 });
        expect(late.effects).toEqual([{ kind: "startTimer", timer: "answer", at: 32_000 }]);
    });

    it("gives the call to the first leg that answers, and ends the others", () => {
        const { state, effects } = run(open(), offered(alice), offered(desk), answered(desk));
        expect(state).toMatchObject({ phase: "answering", target: desk });
        expect(effects).toEqual([
            "stopTimer answer",
            `completeMedia ${desk}`,
            `endLeg ${alice}`,
            `releaseMedia ${alice}`,
        ]);
    });

    it("ends a leg that answers after another one has the call", () => {
        const { effects } = run(open(), offered(alice), offered(desk), answered(desk), answered(alice));
        expect(effects).toEqual([`endLeg ${alice}`]);
    });

    it("goes on while one leg is busy, and ends on all when one declines", () => {
        expect(run(open(), over(desk, "busy"))).toMatchObject({
            state: { phase: "alerting" },
            effects: [`releaseMedia ${desk}`],
        });
        const { state, effects } = run(open(), over(desk, "declined"));
        expect(state).toMatchObject({ phase: "ended", cause: "declined", by: desk });
        expect(effects).toEqual([
            `releaseMedia ${desk}`,
            ...stopTimers,
            `endLeg ${ORIGIN}`,
            `endLeg ${alice}`,
            `releaseMedia ${alice}`,
        ]);
    });

    it("dials the next step when the time of the first is over", () => {
        const { state, effects } = run(open(), { kind: "timerFired", timer: "answer" });
        expect(effects).toEqual([
            `endLeg ${alice}`,
            `releaseMedia ${alice}`,
            `endLeg ${desk}`,
            `releaseMedia ${desk}`,
            `dialLeg ${voicemail}`,
            `allocateMedia ${voicemail}`,
            "startTimer answer",
        ]);
        expect(state).toMatchObject({ phase: "alerting", step: 1, deadline: 61_000 });
    });

    it("dials the next step when every leg of the first has ended", () => {
        const { state, effects } = run(open(), over(alice, "unavailable"), over(desk, "busy"));
        expect(effects).toContain(`dialLeg ${voicemail}`);
        expect(state).toMatchObject({ step: 1, deadline: 62_000 });
    });

    it("ends with noAnswer when the time of the last step is over, and with unavailable if nothing rang", () => {
        const late: CallEvent = { kind: "timerFired", timer: "answer" };
        expect(run(alerting, late).state).toMatchObject({ cause: "noAnswer", by: "bridge" });
        expect(run({ ...alerting, progress: "silent" }, late).state).toMatchObject({ cause: "unavailable" });
        const { state } = run(open(), { kind: "timerFired", timer: "answer" }, { kind: "timerFired", timer: "answer" });
        expect(state).toMatchObject({ phase: "ended", cause: "unavailable", by: "bridge" });
    });

    it("ends with the cause that says most when every leg has ended", () => {
        const { state } = run(open(), over(alice, "unavailable"), over(desk, "busy"), over(voicemail, "unavailable"));
        expect(state).toMatchObject({ phase: "ended", cause: "busy", by: voicemail });
    });

    it("gives the origin's earlier candidates to legs that are dialled later", () => {
        const candidates: readonly IceCandidate[] = [{ candidate: "candidate:1" }];
        const found: CallEvent = { kind: "candidatesFound", leg: ORIGIN, candidates };
        const early = run(open(), found);
        expect(early.effects).toEqual([`addCandidates ${alice}`, `addCandidates ${desk}`]);
        expect(run(early.state, { kind: "timerFired", timer: "answer" }).effects).toContain(
            `addCandidates ${voicemail}`,
        );
    });

    it("does not tell the origin, which gave up, but every leg that rings", () => {
        const { effects } = run(open(), over(ORIGIN, "cancelled"));
        expect(effects.filter((effect) => effect.startsWith("endLeg"))).toEqual([`endLeg ${alice}`, `endLeg ${desk}`]);
    });
});

describe("an answered call", () => {
    it("is accepted once its media is complete, and bounded in time", () => {
        const step = reduceCall(answering, { kind: "mediaAnswered", leg: alice, sdp: sdp("a") }, 5_000);
        expect(step.state).toEqual(connected);
        expect(step.effects).toEqual([
            { kind: "acceptLeg", leg: ORIGIN, sdp: sdp("a") },
            { kind: "showParty", leg: ORIGIN, party: alice },
            { kind: "startTimer", timer: "duration", at: 3_605_000 },
        ]);
    });

    it("handles an offer that came while the first answer was processed", () => {
        const { state, effects } = run(
            answering,
            { kind: "offerReceived", leg: alice, sdp: sdp("moved") },
            { kind: "mediaAnswered", leg: alice, sdp: sdp("a") },
        );
        expect(effects.at(0)).toBe(`acceptLeg ${ORIGIN}`);
        expect(effects.at(-1)).toBe(`proposeChange ${alice}`);
        expect(state).toMatchObject({ phase: "changing", by: alice, waitsFor: "proposal" });
    });

    it("ends when its time is over, or a party hangs up, or media is lost", () => {
        expect(run(connected, { kind: "timerFired", timer: "duration" }).state).toMatchObject({
            cause: "hungUp",
            by: "bridge",
        });
        expect(run(connected, over(alice, "hungUp")).state).toMatchObject({
            cause: "hungUp",
            by: alice,
            answeredAt: 5_000,
        });
        expect(run(connected, { kind: "mediaFailed", leg: alice, cause: "mediaLost" }).state).toMatchObject({
            cause: "mediaLost",
        });
        expect(run(connected, { kind: "mediaFailed", leg: desk, cause: "mediaLost" }).state).toBe(connected);
    });
});

describe("a party that sends no media", () => {
    it("is asked whether it is still there, in a connected call", () => {
        const silent: CallEvent = { kind: "partySilent", leg: alice, side: "target" };
        expect(run(connected, silent)).toEqual({ state: connected, effects: [`checkLeg ${alice}`] });
        expect(run(changing, silent).effects).toEqual([`checkLeg ${alice}`]);
        expect(run(answering, silent).effects).toEqual([]);
        expect(run(connected, { kind: "partySilent", leg: desk, side: "target" }).effects).toEqual([]);
    });
});
