import { describe, expect, it } from "vitest";
import type { CallEffect } from "../../../lib/call/CallEffect.ts";
import type { CallEvent } from "../../../lib/call/CallEvent.ts";
import type { CallState } from "../../../lib/call/CallState.ts";
import { openCall, reduceCall } from "../../../lib/call/reduceCall.ts";
import type { RingPlan } from "../../../lib/call/RingPlan.ts";
import type { Transition } from "../../../lib/call/transition.ts";
import { type LegId, linkLeg, ORIGIN, targetLeg } from "../../../lib/call/vocabulary.ts";
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
    /** Whether the media proxy has begun to put another call in place of a party. */
    readonly handover: "none" | "begun";
}

interface Trace {
    readonly state: CallState;
    readonly witness: Witness;
    readonly path: readonly string[];
}

const seen = ({ seen: counts }: Witness, effect: string): number => counts[effect] ?? 0;
const nameOfEffect = (effect: CallEffect): string => {
    if ("leg" in effect) return `${effect.kind} ${effect.leg}`;
    return "timer" in effect ? `${effect.kind} ${effect.timer}` : effect.kind;
};
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
    // refused requests change nothing
    if (effect.kind === "reportTransfer" || ("leg" in effect && effect.leg === linkLeg(0))) return witness;
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
        case "beginHandover":
            return { ...next, handover: "begun" };
        case "completeHandover":
        case "cancelHandover":
        case "releaseMedia":
            return { ...next, handover: "none" };
        default:
            return next;
    }
}

/** Which rule an effect breaks at the moment when it comes. */
function brokenBy(effect: CallEffect, witness: Witness): string | undefined {
    const name = nameOfEffect(effect);
    if (effect.kind === "beginHandover" && witness.handover === "begun") return "two handovers at the same time";
    const isOnce = [
        "dialLeg",
        "seatLink",
        "offerLeg",
        "ringLeg",
        "acceptLeg",
        "allocateMedia",
        "completeMedia",
    ].includes(effect.kind);
    if (isOnce && seen(witness, name) > 0) return `${name} twice`;
    const isSeated = (leg: LegId): boolean => seen(witness, `dialLeg ${leg}`) + seen(witness, `seatLink ${leg}`) > 0;
    if (effect.kind === "offerLeg" && !isSeated(effect.leg)) return "offered before dialled";
    if (effect.kind !== "reoffer") return undefined;
    if (witness.oursOpen.includes(effect.leg)) return `two offers of the bridge towards ${effect.leg}`;
    return witness.theirsOpen.includes(effect.leg) ? `an offer to ${effect.leg} whose own one is open` : undefined;
}

/** Which rule the state breaks that a step leads to. */
function brokenIn(before: CallState, { state, witness }: Trace, legs: readonly LegId[]): string | undefined {
    if (before.phase === "ended" && state.phase !== "ended") return "back from the end";
    if (state.phase === "connected") {
        if (witness.theirsOpen.some((leg) => isPartyOf(state, leg))) return "an offer is left open";
        if (witness.handover === "begun") return "a handover is left open";
    }
    for (const leg of legs) {
        const isOver = witness.endedThemselves.includes(leg) || seen(witness, `endLeg ${leg}`) > 0;
        const isDialled = leg === legs[0] || seen(witness, `dialLeg ${leg}`) + seen(witness, `seatLink ${leg}`) > 0;
        if (isDialled && !isOver && !isPartyOf(state, leg)) return `${leg} does not know of the end`;
    }
    if (state.phase !== "ended") return undefined;
    if (witness.timers.length > 0) return `timers still run: ${witness.timers.join()}`;
    for (const leg of legs) {
        if (seen(witness, `allocateMedia ${leg}`) > 0 && seen(witness, `releaseMedia ${leg}`) === 0)
            return `media of ${leg} not released`;
    }
    return undefined;
}

/** Whether the call goes on with this leg, or it may get the call. */
function isPartyOf(state: CallState, leg: LegId): boolean {
    switch (state.phase) {
        case "alerting":
            return leg === ORIGIN || state.branches.some((branch) => branch.leg === leg && branch.phase !== "over");
        case "answering":
            return leg === ORIGIN || leg === state.target;
        case "connected":
        case "changing":
        case "joining":
            return (
                leg === state.origin ||
                leg === state.target ||
                (state.transfer?.stage === "ready" && state.transfer.arrives === leg)
            );
        case "ended":
            return false;
    }
}

/** A transfer that fails leaves the parties as they were, or ends the call if who has asked for it has left. */
function brokenByTransfer(before: CallState, { state, effects }: Transition): string | undefined {
    const failed = effects.some(
        ({ kind, ...rest }) => kind === "reportTransfer" && "progress" in rest && rest.progress.stage === "failed",
    );
    if (!failed || !("heldBy" in before) || !("heldBy" in state)) return undefined;
    const same = before.origin === state.origin && before.target === state.target && before.heldBy === state.heldBy;
    return same ? undefined : "a failed transfer changed the call";
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
    if (isLateAnswer && !isPartyOf(trace.state, event.leg)) {
        const isEnded = step.effects.some(({ kind }) => kind === "endLeg");
        if (!isEnded) expect.fail(`${event.leg} is left alone in a call: ${path.join(" → ")}`);
    }
    const next = { state: step.state, witness, path };
    const fault = brokenIn(trace.state, next, legs) ?? brokenByTransfer(trace.state, step);
    if (fault !== undefined) expect.fail(`${fault}: ${path.join(" → ")}`);
    return next;
}

/** Walks all sequences of so many events after the beginning. Sequences that lead to the same state and the same witness go on as one. */
function walk(
    plan: RingPlan,
    length: number,
    beginning: readonly CallEvent[] = [],
    links: readonly LegId[] = [],
): number {
    const targets = plan.flatMap(({ legs }) => legs);
    const events = everyEvent(targets, links);
    const legs = [ORIGIN, ...targets, ...links];
    const opening = openCall({ policy, plan, offer: sdp("offer") }, 0);
    const nothing: Witness = {
        seen: {},
        oursOpen: [],
        theirsOpen: [],
        endedThemselves: [],
        timers: [],
        handover: "none",
    };
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

describe("every sequence of four or five events", () => {
    it("keeps every rule in a connected call", () => {
        expect(walk([{ legs: [first], forMs: 60_000 }], 5, answered)).toBeGreaterThan(5_000);
    });

    it("keeps every rule in a connected call that another leg rang for as well", () => {
        expect(walk([{ legs: [first, second], forMs: 60_000 }], 4, answered)).toBeGreaterThan(5_000);
    });

    const whenTransferred = {
        "whose target is called": [{ kind: "transferRequested", leg: first }],
        "whose transferor has left": [
            { kind: "transferRequested", leg: first },
            { kind: "legEnded", leg: first, cause: "hungUp" },
        ],
        "that is joined": [
            { kind: "transferRequested", leg: ORIGIN },
            { kind: "joinRequested", leg: ORIGIN },
        ],
        "that was joined": [
            { kind: "joinRequested", leg: first },
            { kind: "handoverOffered", sdp: sdp("offer") },
            { kind: "legAnswered", leg: linkLeg(1), sdp: sdp("answer") },
            { kind: "handoverDone", hold: "talks" },
        ],
    } as const satisfies Readonly<Record<string, readonly CallEvent[]>>;

    it.each(Object.entries(whenTransferred))("keeps every rule in a call %s", (_name, events) => {
        const beginning = [...answered, ...events];
        const links = [linkLeg(1), linkLeg(2)];
        expect(walk([{ legs: [first], forMs: 60_000 }], 4, beginning, links)).toBeGreaterThan(5_000);
    });

    it("keeps every rule in a call that somebody picks up", () => {
        const beginning: readonly CallEvent[] = [
            { kind: "pickUpRequested", leg: second },
            { kind: "mediaOffered", leg: second, sdp: sdp("offer") },
        ];
        expect(walk([{ legs: [first], forMs: 60_000 }], 4, beginning, [second])).toBeGreaterThan(5_000);
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

    it("keeps every rule with two legs, of which the second is called if the first cannot be reached", () => {
        const plan: RingPlan = [
            { legs: [first], forMs: 20_000 },
            { legs: [second], forMs: 20_000, only: "unreached" },
        ];
        expect(walk(plan, 5)).toBeGreaterThan(20_000);
    });
});
