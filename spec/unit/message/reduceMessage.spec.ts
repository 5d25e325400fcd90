import { describe, expect, it } from "vitest";
import type { MessageEffect } from "../../../lib/message/MessageEffect.ts";
import type { MessageEvent } from "../../../lib/message/MessageEvent.ts";
import { isFinished, isOpen, PHASES, type MessageState } from "../../../lib/message/MessageState.ts";
import { openMessage, reduceMessage, type MessageTerms } from "../../../lib/message/reduceMessage.ts";
import { everyMessageEvent } from "./everyMessageEvent.ts";

const terms: MessageTerms = {
    policy: { maxAgeMs: 600_000, offlineMs: 8_000_000, firstRetryMs: 2_000, longestRetryMs: 300_000 },
    acceptedAt: 0,
    expiresAt: Infinity,
    receipts: ["delivery", "display"],
};

const turn = { kind: "turn" } as const;

const everyState: readonly MessageState[] = [
    openMessage(),
    { phase: "queued", attempts: 2, partsSent: 1, wait: turn },
    { phase: "queued", attempts: 1, partsSent: 0, wait: { kind: "retry", at: 2_000 } },
    { phase: "queued", attempts: 1, partsSent: 0, wait: { kind: "offline", until: 8_000_000 } },
    { phase: "sending", attempts: 1, partsSent: 0 },
    { phase: "sending", attempts: 3, partsSent: 1 },
    { phase: "sent", reference: "ref" },
    { phase: "delivered", reference: "ref", owed: ["delivery"] },
    { phase: "delivered", reference: "ref", owed: [] },
    { phase: "displayed", reference: "ref", owed: ["delivery", "display"] },
    { phase: "displayed", reference: "ref", owed: ["display"] },
    { phase: "displayed", reference: "ref", owed: [] },
    { phase: "failed", cause: "rejected", report: "owed" },
    { phase: "failed", cause: "rejected", report: "given" },
];

function told(effects: readonly MessageEffect[]): string[] {
    return effects.map((effect) => {
        switch (effect.kind) {
            case "deliver":
                return `deliver attempt ${effect.attempt}${effect.partsSent > 0 ? ` after part ${effect.partsSent}` : ""}`;
            case "wake":
                return `wake at ${effect.at}`;
            case "confirm":
                return `confirm ${effect.receipt}`;
            case "reportFailure":
                return `report ${effect.cause}`;
        }
    });
}

/** The effects of a sequence of events, with the last state. */
function after(...events: MessageEvent[]): { state: MessageState; effects: string[] } {
    return afterWithin(Infinity, ...events);
}

/** The same for a message with a time limit. */
function afterWithin(expiresAt: number, ...events: MessageEvent[]): { state: MessageState; effects: string[] } {
    let state: MessageState = openMessage();
    const effects: string[] = [];
    for (const event of events) {
        const next = reduceMessage(state, event, { ...terms, expiresAt });
        state = next.state;
        effects.push(...told(next.effects));
    }
    return { state, effects };
}

const due = (now: number): MessageEvent => ({ kind: "due", now });
const unavailable = (now: number, retryAfterMs?: number): MessageEvent => ({
    kind: "unavailable",
    now,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
});
const accepted: MessageEvent = { kind: "accepted", reference: "m1", by: "network" };

describe("reduceMessage", () => {
    it("covers every phase in this walk", () => {
        expect(new Set(everyState.map(({ phase }) => phase))).toEqual(new Set(PHASES));
    });

    it("sends a message that is due, and is done when the network has accepted it", () => {
        expect(after(due(0), accepted)).toEqual({
            state: { phase: "sent", reference: "m1" },
            effects: ["deliver attempt 1"],
        });
    });

    it("confirms the delivery to the sender when the recipient itself has accepted it", () => {
        expect(after(due(0), { ...accepted, by: "recipient" })).toEqual({
            state: { phase: "delivered", reference: "m1", owed: ["delivery"] },
            effects: ["deliver attempt 1", "confirm delivery"],
        });
    });

    it("confirms delivery and display in this order, even if the receipt of the delivery is lost", () => {
        expect(after(due(0), accepted, { kind: "delivered" }, { kind: "displayed" }).effects).toEqual([
            "deliver attempt 1",
            "confirm delivery",
            "confirm display",
        ]);
        expect(after(due(0), accepted, { kind: "displayed" }, { kind: "delivered" }).effects).toEqual([
            "deliver attempt 1",
            "confirm delivery",
            "confirm display",
        ]);
    });

    it("confirms only what the sender has asked for", () => {
        const delivered = { phase: "delivered", reference: "m1", owed: [] } as const;
        const asking = { ...terms, receipts: [] };
        const next = reduceMessage({ phase: "sent", reference: "m1" }, { kind: "delivered" }, asking);
        expect(next).toEqual({ state: delivered, effects: [] });
    });

    it("confirms again after a restart or a while, until the sender has been notified or the message is old", () => {
        const owing = [due(0), { ...accepted, by: "recipient" }, { kind: "displayed" }] as const;
        const both = ["confirm delivery", "confirm display"];
        expect(after(...owing, { kind: "restarted" }).effects.slice(3)).toEqual(both);
        expect(after(...owing, { kind: "notificationDue", now: 30_000 }).effects.slice(3)).toEqual(both);
        const confirmed = { kind: "confirmed", receipt: "delivery" } as const;
        expect(after(...owing, confirmed, { kind: "restarted" }).effects.slice(3)).toEqual(["confirm display"]);
        expect(after(...owing, { kind: "notificationDue", now: 600_000 }).state).toMatchObject({ owed: [] });
    });

    it("repeats an attempt with growing pauses", () => {
        expect(after(due(0), unavailable(0), due(2_000), unavailable(2_000), due(6_000)).effects).toEqual([
            "deliver attempt 1",
            "wake at 2000",
            "deliver attempt 2",
            "wake at 6000",
            "deliver attempt 3",
        ]);
    });

    it("waits for as long as the recipient's network asks", () => {
        expect(after(due(0), unavailable(0, 120_000), due(5_000)).effects).toEqual([
            "deliver attempt 1",
            "wake at 120000",
            "wake at 120000",
        ]);
    });

    it("fails when the network cannot be reached for longer than the configured age", () => {
        expect(after(due(0), unavailable(599_999), due(700_000))).toEqual({
            state: { phase: "failed", cause: "networkFailure", report: "owed" },
            effects: ["deliver attempt 1", "wake at 601999", "report networkFailure"],
        });
        expect(after(due(0), unavailable(600_000)).state).toMatchObject({ phase: "failed", cause: "networkFailure" });
    });

    it("fails when the time limit of its sender is over, without another attempt", () => {
        expect(afterWithin(5_000, due(0), unavailable(0, 120_000), due(5_000))).toEqual({
            state: { phase: "failed", cause: "expired", report: "owed" },
            effects: ["deliver attempt 1", "wake at 5000", "report expired"],
        });
        expect(afterWithin(5_000, due(5_000)).effects).toEqual(["report expired"]);
    });

    it("waits for an offline phone no longer than the time limit", () => {
        const offline: MessageEvent = { kind: "offline", now: 10 };
        expect(afterWithin(60_000, due(0), offline).effects).toEqual(["deliver attempt 1", "wake at 60000"]);
        const late = afterWithin(60_000, due(0), offline, { kind: "recipientAvailable" }, due(60_000));
        expect(late.state).toMatchObject({ phase: "failed", cause: "expired" });
    });

    it("attempts a message once, however long the bridge was stopped", () => {
        expect(after(due(900_000)).effects).toEqual(["deliver attempt 1"]);
    });

    it("waits for an offline phone for the configured time, and sends when it registers", () => {
        const offline: MessageEvent = { kind: "offline", now: 10 };
        expect(after(due(0), offline, due(1_000), { kind: "recipientAvailable" }, due(700_000)).effects).toEqual([
            "deliver attempt 1",
            "wake at 8000000",
            "wake at 8000000",
            "wake at 0",
            "deliver attempt 2",
        ]);
        expect(after(due(0), offline, due(8_000_000)).state).toEqual({
            phase: "failed",
            cause: "recipientOffline",
            report: "owed",
        });
    });

    it("repeats only the parts that were not accepted before a restart", () => {
        expect(after(due(0), { kind: "partsAccepted", parts: 2 }, { kind: "restarted" }, due(1_000)).effects).toEqual([
            "deliver attempt 1",
            "wake at 0",
            "deliver attempt 2 after part 2",
        ]);
    });

    it("reports a failure again after a restart, until the sender has been notified", () => {
        const failed = [due(0), { kind: "rejected", cause: "tooLarge" }, { kind: "restarted" }] as const;
        expect(after(...failed).effects).toEqual(["deliver attempt 1", "report tooLarge", "report tooLarge"]);
        expect(after(...failed, { kind: "failureReported" }, { kind: "restarted" }).effects).toHaveLength(3);
    });

    it("returns the same state, without effects, for an event that means nothing in it", () => {
        for (const state of everyState) {
            for (const event of everyMessageEvent) {
                const next = reduceMessage(state, event, terms);
                if (next.effects.length === 0 && JSON.stringify(next.state) === JSON.stringify(state)) {
                    expect(next.state).toBe(state);
                }
            }
        }
    });

    it("holds its promises in every sequence of five events", () => {
        let sequences = 0;
        const walk = (state: MessageState, past: readonly MessageEffect[], repeats: number, depth: number): void => {
            sequences += 1;
            check(state, past, repeats);
            if (depth === 0) return;
            for (const event of everyMessageEvent) {
                const next = reduceMessage(state, event, terms);
                if (!isOpen(state)) expect(isOpen(next.state)).toBe(false);
                // a receipt can arrive for a message that was accepted
                const mayGoOn = state.phase === "sent" || state.phase === "delivered";
                if (isFinished(state) && !mayGoOn) expect(isFinished(next.state)).toBe(true);
                if (next.state === state && next.effects.length === 0) continue;
                const isRepeat = event.kind === "restarted" || event.kind === "notificationDue";
                walk(next.state, [...past, ...next.effects], repeats + (isRepeat ? 1 : 0), depth - 1);
            }
        };
        walk(openMessage(), [], 0, 5);
        expect(sequences).toBeGreaterThan(1_000);
    });
});

/** What is true after every sequence of events. @param repeats how often the sender was notified again */
function check(state: MessageState, past: readonly MessageEffect[], repeats: number): void {
    const count = (kind: MessageEffect["kind"]): number => past.filter((effect) => effect.kind === kind).length;
    const confirmed = past.flatMap((effect) => (effect.kind === "confirm" ? [effect.receipt] : []));
    const ok =
        // each receipt once, unless the sender has to be notified again
        confirmed.length <= new Set(confirmed).size * (1 + repeats) &&
        // a receipt that is owed was attempted
        (!("owed" in state) || state.owed.every((receipt) => confirmed.includes(receipt))) &&
        // a sender is notified of the failure, or of a receipt, and not of a delivery that then fails
        (state.phase !== "failed" || (count("reportFailure") > 0 && confirmed.length === 0)) &&
        (state.phase === "failed" || count("reportFailure") === 0) &&
        // a queued message always has a reason to continue, but for the first turn
        (state.phase !== "queued" || past.length === 0 || past.at(-1)?.kind === "wake") &&
        (state.phase !== "sending" || past.some(({ kind }) => kind === "deliver"));
    if (!ok) expect({ state, past }).toBe("a state that holds the promises");
}
