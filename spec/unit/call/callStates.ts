import type { CallEffect } from "../../../lib/call/CallEffect.ts";
import type { CallEvent } from "../../../lib/call/CallEvent.ts";
import type { Alerting, CallState } from "../../../lib/call/CallState.ts";
import { openCall, reduceCall } from "../../../lib/call/reduceCall.ts";
import { type LegId, linkLeg, ORIGIN, targetLeg } from "../../../lib/call/vocabulary.ts";
import { sdp } from "./everyEvent.ts";

export const policy = { ringMs: 60_000, maxDurationMs: 3_600_000 };
export const [alice, desk, voicemail] = [targetLeg(1), targetLeg(2), targetLeg(3)];
/** Alice's client and her desk phone for 20 s, then her voicemail. */
export const plan = [
    { legs: [alice, desk], forMs: 20_000 },
    { legs: [voicemail], forMs: 60_000 },
];
const common = { openedAt: 0, policy };
export const alerting: Alerting = {
    ...common,
    phase: "alerting",
    plan: [{ legs: [alice], forMs: 60_000 }],
    step: 0,
    deadline: 60_000,
    branches: [{ leg: alice, phase: "alerting" }],
    progress: "ringing",
    offer: sdp("offer"),
    candidates: [],
};
export const answering: CallState = { ...common, phase: "answering", target: alice, next: undefined };
const parties = { origin: ORIGIN, target: alice, media: alice, transfer: undefined, links: 0 };
const conversation = { ...common, ...parties, answeredAt: 5_000, deadline: 3_605_000, heldBy: [] };
export const connected: CallState = { ...conversation, phase: "connected" };
export const changing = {
    ...conversation,
    phase: "changing",
    by: ORIGIN,
    proposedBy: "party",
    waitsFor: "proposal",
    next: undefined,
} as const;
export const joining = {
    ...conversation,
    phase: "joining",
    links: 1,
    transfer: { by: alice, transferor: "present", stage: "ready", arrives: linkLeg(1) },
    progress: { waitsFor: "offer" },
    next: undefined,
} as const satisfies CallState;
export const waiting = { leg: alice, sdp: sdp("waits") };
export const ended: CallState = {
    ...common,
    phase: "ended",
    cause: "cancelled",
    by: ORIGIN,
    answeredAt: undefined,
    endedAt: 9_000,
};

/** Every phase, in each of the forms it can take. */
export const everyState: readonly CallState[] = [
    alerting,
    { ...alerting, progress: "silent", branches: [{ leg: alice, phase: "preparing" }] },
    answering,
    connected,
    { ...changing, next: waiting },
    { ...changing, waitsFor: "peer" },
    { ...changing, waitsFor: "completion" },
    { ...changing, proposedBy: "command", waitsFor: "peer" },
    joining,
    { ...joining, progress: { waitsFor: "completion", sdp: sdp("link") } },
    ended,
];

export const nameOfEffect = (effect: CallEffect): string => {
    if ("leg" in effect) return `${effect.kind} ${effect.leg}`;
    return "timer" in effect ? `${effect.kind} ${effect.timer}` : effect.kind;
};

/** The state after some events that follow each other every second, and the effects of the last one. */
export function run(state: CallState, ...events: readonly CallEvent[]): { state: CallState; effects: string[] } {
    let effects: readonly CallEffect[] = [];
    events.forEach((event, index) => {
        ({ state, effects } = reduceCall(state, event, 1_000 * (index + 1)));
    });
    return { state, effects: effects.map(nameOfEffect) };
}

export const open = (): CallState => openCall({ policy, plan, offer: sdp("offer") }, 0).state;
export const offered = (leg: LegId): CallEvent => ({ kind: "mediaOffered", leg, sdp: sdp(`for ${leg}`) });
export const answered = (leg: LegId): CallEvent => ({ kind: "legAnswered", leg, sdp: sdp("answer") });
export const over = (leg: LegId, cause: "busy" | "declined" | "unavailable" | "cancelled" | "hungUp"): CallEvent => ({
    kind: "legEnded",
    leg,
    cause,
});
export const stopTimers = ["stopTimer answer", "stopTimer change", "stopTimer duration"];
