import { describe, expect, it } from "vitest";
import type { CallEffect } from "../../../lib/call/CallEffect.ts";
import type { CallEvent } from "../../../lib/call/CallEvent.ts";
import type { CallPolicy } from "../../../lib/call/CallPolicy.ts";
import { PHASES, type CallState } from "../../../lib/call/CallState.ts";
import { openCall, reduceCall } from "../../../lib/call/reduceCall.ts";
import { everyEvent, sdp } from "./everyEvent.ts";

const policy: CallPolicy = { ringMs: 60_000, maxDurationMs: 3_600_000 };

const kinds = (effects: readonly CallEffect[]): string[] =>
    effects.map((effect) => ("side" in effect ? `${effect.kind} ${effect.side}` : effect.kind));

/** Every phase, in each of the forms it can take. */
const everyState: readonly CallState[] = [
    { phase: "preparing", policy },
    { phase: "alerting", policy, progress: "silent" },
    { phase: "alerting", policy, progress: "ringing" },
    { phase: "answering", policy },
    { phase: "connected" },
    { phase: "renegotiating", by: "origin" },
    { phase: "renegotiating", by: "target", next: sdp("waits") },
    { phase: "ended", cause: "busy", by: "target" },
];

const endsWith = (cause: string, ...told: string[]): string[] => [
    `→ ended ${cause}`,
    "stopTimer",
    "stopTimer",
    ...told.map((side) => `endLeg ${side}`),
    "releaseMedia",
];

describe("reduceCall", () => {
    it("knows every phase in this walk", () => {
        expect(new Set(everyState.map((state) => state.phase))).toEqual(new Set(PHASES));
    });

    it("opens by giving the media proxy the offer", () => {
        expect(openCall(policy, sdp("offer"))).toEqual({
            state: { phase: "preparing", policy },
            effects: [{ kind: "allocateMedia", sdp: sdp("offer") }],
        });
    });

    describe.each<[string, CallState, CallEvent, string[]]>([
        [
            "offers the target what the media proxy made of it",
            { phase: "preparing", policy },
            { kind: "mediaOffered", sdp: sdp("x") },
            ["→ alerting", "offerTarget", "startTimer"],
        ],
        [
            "tells the origin once that the target rings",
            { phase: "alerting", policy, progress: "silent" },
            { kind: "targetRinging" },
            ["→ alerting", "ringOrigin"],
        ],
        [
            "does not ring twice",
            { phase: "alerting", policy, progress: "ringing" },
            { kind: "targetRinging" },
            ["→ alerting"],
        ],
        [
            "completes media on an answer",
            { phase: "alerting", policy, progress: "ringing" },
            { kind: "targetAnswered", sdp: sdp("a") },
            ["→ answering", "stopTimer", "completeMedia"],
        ],
        [
            "accepts once media is complete",
            { phase: "answering", policy },
            { kind: "mediaAnswered", sdp: sdp("a") },
            ["→ connected", "acceptOrigin", "startTimer"],
        ],
        [
            "gives up ringing on time",
            { phase: "alerting", policy, progress: "ringing" },
            { kind: "timerFired", timer: "answer" },
            endsWith("noAnswer", "origin", "target"),
        ],
        [
            "ignores an answer timer that fires once answered",
            { phase: "answering", policy },
            { kind: "timerFired", timer: "answer" },
            ["→ answering"],
        ],
        [
            "ends a call that lasts too long",
            { phase: "connected" },
            { kind: "timerFired", timer: "duration" },
            endsWith("hungUp", "origin", "target"),
        ],
        [
            "tells the target alone that the origin gave up",
            { phase: "alerting", policy, progress: "ringing" },
            { kind: "legEnded", side: "origin", cause: "cancelled" },
            endsWith("cancelled", "target"),
        ],
        [
            "tells the origin alone that the target is busy",
            { phase: "alerting", policy, progress: "ringing" },
            { kind: "legEnded", side: "target", cause: "busy" },
            endsWith("busy", "origin"),
        ],
        [
            "lets a caller who gives up win over an answer not yet passed on",
            { phase: "answering", policy },
            { kind: "legEnded", side: "origin", cause: "cancelled" },
            endsWith("cancelled", "target"),
        ],
        [
            "tells both parties that media failed",
            { phase: "preparing", policy },
            { kind: "mediaFailed", cause: "serviceUnavailable" },
            endsWith("serviceUnavailable", "origin", "target"),
        ],
        [
            "tells both parties that the bridge stops",
            { phase: "connected" },
            { kind: "bridgeStopping" },
            endsWith("serviceUnavailable", "origin", "target"),
        ],
        [
            "works out a party's new offer",
            { phase: "connected" },
            { kind: "offerReceived", side: "target", sdp: sdp("o") },
            ["→ renegotiating", "renegotiateMedia target"],
        ],
        [
            "answers it",
            { phase: "renegotiating", by: "target" },
            { kind: "mediaRenegotiated", sdp: sdp("a") },
            ["→ connected", "answerOffer target"],
        ],
        [
            "refuses it where it cannot be met, and the call goes on",
            { phase: "renegotiating", by: "origin" },
            { kind: "renegotiationFailed", cause: "noCommonMedia" },
            ["→ connected", "refuseOffer origin"],
        ],
        [
            "lets the other party's offer wait",
            { phase: "renegotiating", by: "origin" },
            { kind: "offerReceived", side: "target", sdp: sdp("o") },
            ["→ renegotiating"],
        ],
        [
            "refuses a second offer of the same party",
            { phase: "renegotiating", by: "origin" },
            { kind: "offerReceived", side: "origin", sdp: sdp("o") },
            ["→ renegotiating", "refuseOffer origin"],
        ],
        [
            "takes up the offer that waited",
            { phase: "renegotiating", by: "origin", next: sdp("w") },
            { kind: "mediaRenegotiated", sdp: sdp("a") },
            ["→ renegotiating", "answerOffer origin", "renegotiateMedia target"],
        ],
        [
            "refuses a new offer before the first is answered",
            { phase: "answering", policy },
            { kind: "offerReceived", side: "origin", sdp: sdp("o") },
            ["→ answering", "refuseOffer origin"],
        ],
        [
            "hangs up on an answer that comes after the end",
            { phase: "ended", cause: "cancelled", by: "origin" },
            { kind: "targetAnswered", sdp: sdp("a") },
            ["→ ended cancelled", "endLeg target"],
        ],
        [
            "frees media granted after the end",
            { phase: "ended", cause: "cancelled", by: "origin" },
            { kind: "mediaOffered", sdp: sdp("m") },
            ["→ ended cancelled", "releaseMedia"],
        ],
    ])("%s", (_name, state, event, expected) => {
        it(`${state.phase} + ${event.kind}`, () => {
            const step = reduceCall(state, event);
            const arrow = step.state.phase === "ended" ? `→ ended ${step.state.cause}` : `→ ${step.state.phase}`;
            expect([arrow, ...kinds(step.effects)]).toEqual(expected);
        });
    });

    it("never leaves the end", () => {
        const ended: CallState = { phase: "ended", cause: "busy", by: "target" };
        for (const event of everyEvent) expect(reduceCall(ended, event).state).toBe(ended);
    });

    it("is a function of its arguments alone", () => {
        for (const state of everyState)
            for (const event of everyEvent) {
                const before = JSON.stringify(state);
                expect(reduceCall(state, event)).toEqual(reduceCall(state, event));
                expect(JSON.stringify(state)).toBe(before);
            }
    });
});

describe("every sequence of five facts", () => {
    interface Trace {
        readonly state: CallState;
        /** How often each order was given. */
        readonly orders: Readonly<Record<string, number>>;
        readonly running: ReadonlySet<string>;
        readonly path: readonly string[];
    }

    const given = (trace: Trace, order: string): number => trace.orders[order] ?? 0;

    const timersAfter = (running: ReadonlySet<string>, effects: readonly CallEffect[]): ReadonlySet<string> => {
        const after = new Set(running);
        for (const effect of effects) {
            if (effect.kind === "startTimer") after.add(effect.timer);
            if (effect.kind === "stopTimer") after.delete(effect.timer);
        }
        return after;
    };

    const step = (trace: Trace, event: CallEvent): Trace | "nothing happened" => {
        const { state, effects } = reduceCall(trace.state, event);
        if (state === trace.state && effects.length === 0) return "nothing happened";
        const orders = { ...trace.orders };
        for (const kind of kinds(effects)) orders[kind] = (orders[kind] ?? 0) + 1;
        const name = "side" in event ? `${event.kind} ${event.side}` : event.kind;
        return { state, orders, running: timersAfter(trace.running, effects), path: [...trace.path, name] };
    };

    const atMostOnce = ["allocateMedia", "offerTarget", "acceptOrigin", "completeMedia", "ringOrigin", "endLeg origin"];

    const brokenAtTheEnd = (trace: Trace): string | undefined => {
        if (trace.state.phase !== "ended") return undefined;
        if (given(trace, "releaseMedia") === 0) return "media not freed";
        if (trace.running.size > 0) return "a timer still runs";
        if (trace.state.by !== "origin" && given(trace, "endLeg origin") !== 1) return "origin not told";
        if (trace.state.by !== "target" && given(trace, "endLeg target") === 0) return "target not told";
        return undefined;
    };

    /** The first invariant that a step breaks, or undefined. */
    const broken = (before: Trace, after: Trace): string | undefined => {
        if (before.state.phase === "ended" && after.state.phase !== "ended") return "back from the end";
        const twice = atMostOnce.find((order) => given(after, order) > 1);
        if (twice !== undefined) return `${twice} twice`;
        if (given(after, "acceptOrigin") > given(after, "offerTarget")) return "accepted before offered";
        const asked = given(after, "renegotiateMedia origin") + given(after, "renegotiateMedia target");
        const replies = ["answerOffer origin", "answerOffer target", "refuseOffer origin", "refuseOffer target"];
        const told = replies.reduce((sum, order) => sum + given(after, order), 0);
        if (after.state.phase === "connected" && told < asked) return "an offer is left hanging";
        return brokenAtTheEnd(after);
    };

    it("keeps every invariant", () => {
        const opening = openCall(policy, sdp("offer"));
        let steps = 0;
        const walk = (trace: Trace, depth: number): void => {
            if (depth === 0) return;
            for (const event of everyEvent) {
                const next = step(trace, event);
                if (next === "nothing happened") {
                    // an answer must never go unheard once the call is over: the target would talk to nobody
                    if (trace.state.phase === "ended" && event.kind === "targetAnswered")
                        expect.fail(`zombie target: ${trace.path.join(" → ")}`);
                    continue;
                }
                steps++;
                const fault = broken(trace, next);
                if (fault !== undefined) expect.fail(`${fault}: ${next.path.join(" → ")}`);
                walk(next, depth - 1);
            }
        };
        walk({ state: opening.state, orders: { allocateMedia: 1 }, running: new Set(), path: [] }, 5);
        expect(steps).toBeGreaterThan(3_000);
    });
});
