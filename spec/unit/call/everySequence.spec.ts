import { describe, expect, it } from "vitest";
import type { CallEffect } from "../../../lib/call/CallEffect.ts";
import type { CallEvent } from "../../../lib/call/CallEvent.ts";
import type { CallState } from "../../../lib/call/CallState.ts";
import { openCall, reduceCall } from "../../../lib/call/reduceCall.ts";
import type { RingPlan } from "../../../lib/call/RingPlan.ts";
import { type LegId, targetLeg } from "../../../lib/call/vocabulary.ts";
import { everyEvent, nameOf, sdp } from "./everyEvent.ts";

const policy = { ringMs: 60_000, maxDurationMs: 3_600_000 };
const [first, second] = [targetLeg(1), targetLeg(2)];

/** What the legs and the media proxy have seen. Plain data, so that two traces that agree in it are walked once. */
interface Witness {
    /** How often each effect came, by its kind and leg; at most 2 are counted. */
    readonly seen: Readonly<Record<string, number>>;
    /** Legs with an offer of the bridge that is not answered. */
    readonly oursOpen: readonly LegId[];
    /** Legs with an offer of their party that is not answered. */
    readonly theirsOpen: readonly LegId[];
    readonly endedThemselves: readonly LegId[];
    readonly timers: readonly string[];
}

interface Trace {
    readonly state: CallState;
    readonly witness: Witness;
    readonly path: readonly string[];
}

const seen = ({ seen: counts }: Witness, effect: string): number => counts[effect] ?? 0;
const nameOfEffect = (effect: CallEffect): string =>
    "leg" in effect ? `${effect.kind} ${effect.leg}` : `${effect.kind} ${effect.timer}`;
const add = <Item>(items: readonly Item[], item: Item): readonly Item[] => [...new Set([...items, item])].sort();
const remove = <Item>(items: readonly Item[], item: Item): readonly Item[] => items.filter((each) => each !== item);

function afterEvent(witness: Witness, event: CallEvent): Witness {
    switch (event.kind) {
        case "offerReceived":
            return { ...witness, theirsOpen: add(witness.theirsOpen, event.leg) };
        case "offerAnswered":
        case "offerRejected":
            return { ...witness, oursOpen: remove(witness.oursOpen, event.leg) };
        case "legEnded":
            return { ...witness, endedThemselves: add(witness.endedThemselves, event.leg) };
        default:
            return witness;
    }
}

function afterEffect(witness: Witness, effect: CallEffect): Witness {
    const name = nameOfEffect(effect);
    const next = { ...witness, seen: { ...witness.seen, [name]: Math.min(2, seen(witness, name) + 1) } };
    switch (effect.kind) {
        case "reoffer":
            return { ...next, oursOpen: add(witness.oursOpen, effect.leg) };
        case "withdrawOffer":
            return { ...next, oursOpen: remove(witness.oursOpen, effect.leg) };
        case "answerOffer":
        case "rejectOffer":
        case "postponeOffer":
            return { ...next, theirsOpen: remove(witness.theirsOpen, effect.leg) };
        case "startTimer":
            return { ...next, timers: add(witness.timers, effect.timer) };
        case "stopTimer":
            return { ...next, timers: remove(witness.timers, effect.timer) };
        default:
            return next;
    }
}

/** Which rule an effect breaks at the moment when it comes. */
function brokenBy(effect: CallEffect, witness: Witness): string | undefined {
    const name = nameOfEffect(effect);
    const isOnce = ["dialLeg", "offerLeg", "ringLeg", "acceptLeg", "allocateMedia", "completeMedia"].includes(
        effect.kind,
    );
    if (isOnce && seen(witness, name) > 0) return `${name} twice`;
    if (effect.kind === "offerLeg" && seen(witness, `dialLeg ${effect.leg}`) === 0) return "offered before dialled";
    if (effect.kind !== "reoffer") return undefined;
    if (witness.oursOpen.includes(effect.leg)) return `two offers of the bridge towards ${effect.leg}`;
    return witness.theirsOpen.includes(effect.leg) ? `an offer to ${effect.leg} whose own one is open` : undefined;
}

/** Which rule the state breaks that a step leads to. */
function brokenIn(before: CallState, { state, witness }: Trace, legs: readonly LegId[]): string | undefined {
    if (before.phase === "ended" && state.phase !== "ended") return "back from the end";
    if (
        state.phase === "connected" &&
        witness.theirsOpen.some((leg) => legs.slice(0, 1).includes(leg) || leg === state.target)
    )
        return "an offer is left open";
    if (state.phase !== "ended") return undefined;
    if (witness.timers.length > 0) return `timers still run: ${witness.timers.join()}`;
    for (const leg of legs) {
        const isOver = witness.endedThemselves.includes(leg) || seen(witness, `endLeg ${leg}`) > 0;
        const isDialled = leg === legs[0] || seen(witness, `dialLeg ${leg}`) > 0;
        if (isDialled && !isOver) return `${leg} does not know of the end`;
        if (seen(witness, `allocateMedia ${leg}`) > 0 && seen(witness, `releaseMedia ${leg}`) === 0)
            return `media of ${leg} not released`;
    }
    return undefined;
}

function take(trace: Trace, event: CallEvent, legs: readonly LegId[]): Trace {
    const step = reduceCall(trace.state, event, 1_000);
    const path = [...trace.path, nameOf(event)];
    let witness = afterEvent(trace.witness, event);
    for (const effect of step.effects) {
        const fault = brokenBy(effect, witness);
        if (fault !== undefined) expect.fail(`${fault}: ${path.join(" → ")}`);
        witness = afterEffect(witness, effect);
    }
    const isLateAnswer = event.kind === "legAnswered" && trace.state.phase !== "alerting";
    if (isLateAnswer && !("target" in trace.state && trace.state.target === event.leg)) {
        const isEnded = step.effects.some(({ kind }) => kind === "endLeg");
        if (!isEnded) expect.fail(`${event.leg} is left alone in a call: ${path.join(" → ")}`);
    }
    const next = { state: step.state, witness, path };
    const fault = brokenIn(trace.state, next, legs);
    if (fault !== undefined) expect.fail(`${fault}: ${path.join(" → ")}`);
    return next;
}

/** Walks all sequences of so many events after the beginning. Sequences that lead to the same state and the same witness go on as one. */
function walk(plan: RingPlan, length: number, beginning: readonly CallEvent[] = []): number {
    const targets = plan.flatMap(({ legs }) => legs);
    const events = everyEvent(targets);
    const legs = ["origin" as LegId, ...targets];
    const opening = openCall({ policy, plan, offer: sdp("offer") }, 0);
    const nothing: Witness = { seen: {}, oursOpen: [], theirsOpen: [], endedThemselves: [], timers: [] };
    const opened: Trace = { state: opening.state, witness: opening.effects.reduce(afterEffect, nothing), path: [] };
    let level: readonly Trace[] = [beginning.reduce((trace, event) => take(trace, event, legs), opened)];
    const known = new Set<string>();
    let steps = 0;
    for (let depth = 0; depth < length; depth++) {
        const next: Trace[] = [];
        for (const trace of level)
            for (const event of events) {
                const after = take(trace, event, legs);
                steps++;
                const isNothing = after.state === trace.state && after.witness === trace.witness;
                if (isNothing || depth === length - 1) continue;
                const key = JSON.stringify([after.state, after.witness]);
                if (!known.has(key)) next.push(after);
                known.add(key);
            }
        level = next;
    }
    return steps;
}

/** What leads to a call between the origin and the first leg. */
const answered: readonly CallEvent[] = [
    { kind: "mediaOffered", leg: first, sdp: sdp("offer") },
    { kind: "legAnswered", leg: first, sdp: sdp("answer") },
    { kind: "mediaAnswered", leg: first, sdp: sdp("answer") },
];

describe("every sequence of five events", () => {
    it("keeps every rule in a connected call", () => {
        expect(walk([{ legs: [first], forMs: 60_000 }], 5, answered)).toBeGreaterThan(5_000);
    });

    it("keeps every rule in a connected call that another leg rang for as well", () => {
        expect(walk([{ legs: [first, second], forMs: 60_000 }], 5, answered)).toBeGreaterThan(5_000);
    });

    it("keeps every rule with two legs", () => {
        expect(walk([{ legs: [first], forMs: 60_000 }], 5)).toBeGreaterThan(5_000);
    });

    it("keeps every rule with three legs, two of which ring at the same time", () => {
        expect(walk([{ legs: [first, second], forMs: 60_000 }], 5)).toBeGreaterThan(20_000);
    });

    it("keeps every rule with three legs, two of which ring one after the other", () => {
        const plan = [
            { legs: [first], forMs: 20_000 },
            { legs: [second], forMs: 20_000 },
        ];
        expect(walk(plan, 5)).toBeGreaterThan(20_000);
    });
});
