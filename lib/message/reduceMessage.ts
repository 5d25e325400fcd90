import type { MessageEffect } from "./MessageEffect.ts";
import type { MessageEvent } from "./MessageEvent.ts";
import type { MessagePolicy } from "./MessagePolicy.ts";
import type { Delivered, Displayed, Failed, MessageState, Queued, Sending, Sent } from "./MessageState.ts";
import { retryPause } from "./retryPause.ts";
import type { FailureCause, Receipt, WantedReceipt } from "./vocabulary.ts";

export interface Transition {
    readonly state: MessageState;
    readonly effects: readonly MessageEffect[];
}

/** What the reducer needs in addition to the state of a message. */
export interface MessageTerms {
    readonly policy: MessagePolicy;
    readonly acceptedAt: number;
    /** Wall time in ms from which the message must not be delivered; Infinity if its sender set none. */
    readonly expiresAt: number;
    /** What the sender asked to be notified of. */
    readonly receipts: readonly WantedReceipt[];
}

/** The state in which every message begins. */
export function openMessage(): Queued {
    return { phase: "queued", attempts: 0, partsSent: 0, wait: { kind: "turn" } };
}

/**
 * Computes one step of a message from its state and what happened. Pure; never throws. An event that means nothing in a
 * state returns the same state, by identity, with no effects.
 */
export function reduceMessage(state: MessageState, event: MessageEvent, terms: MessageTerms): Transition {
    switch (state.phase) {
        case "queued":
            return whileQueued(state, event, terms);
        case "sending":
            return whileSending(state, event, terms);
        case "sent":
            return onceSent(state, event, terms);
        case "delivered":
            return onceDelivered(state, event, terms);
        case "displayed":
            return withOwed(state, event, terms);
        case "failed":
            return onceFailed(state, event);
    }
}

function whileQueued(state: Queued, event: MessageEvent, terms: MessageTerms): Transition {
    switch (event.kind) {
        case "due":
            return whenDue(state, event.now, terms);
        case "recipientAvailable":
            if (state.wait.kind === "turn") return stay(state);
            return go({ ...state, wait: { kind: "turn" } }, { kind: "wake", at: 0 });
        case "restarted":
            return go(state, { kind: "wake", at: dueAt(state) });
        case "notDelivered":
            // a receipt for a part of a split message, or for an attempt whose response was lost
            return fail(event.cause);
        case "partsAccepted":
        case "accepted":
        case "unavailable":
        case "offline":
        case "rejected":
        case "delivered":
        case "displayed":
        case "failureReported":
        case "confirmed":
        case "notificationDue":
            return stay(state);
    }
}

function whenDue(state: Queued, now: number, { policy, acceptedAt, expiresAt }: MessageTerms): Transition {
    const { wait, attempts, partsSent } = state;
    if (now >= expiresAt) return fail("expired");
    if (wait.kind === "offline") {
        return now >= wait.until ? fail("recipientOffline") : go(state, { kind: "wake", at: wait.until });
    }
    if (wait.kind === "retry" && now < wait.at) return go(state, { kind: "wake", at: wait.at });
    // one that waited for its turn or for the phone is attempted, however old it is
    if (wait.kind === "retry" && now >= acceptedAt + policy.maxAgeMs) return fail("networkFailure");
    const attempt = attempts + 1;
    return go({ phase: "sending", attempts: attempt, partsSent }, { kind: "deliver", attempt, partsSent });
}

function whileSending(state: Sending, event: MessageEvent, terms: MessageTerms): Transition {
    const { policy, acceptedAt, expiresAt } = terms;
    const { attempts, partsSent } = state;
    switch (event.kind) {
        case "partsAccepted":
            return event.parts > partsSent ? go({ ...state, partsSent: event.parts }) : stay(state);
        case "accepted":
            return event.by === "recipient"
                ? confirming({ phase: "delivered", reference: event.reference, owed: [] }, terms, "delivery")
                : go({ phase: "sent", reference: event.reference });
        case "unavailable": {
            const at = Math.min(event.now + retryPause(policy, attempts, event.retryAfterMs), expiresAt);
            if (event.now >= acceptedAt + policy.maxAgeMs) return fail("networkFailure");
            return go({ phase: "queued", attempts, partsSent, wait: { kind: "retry", at } }, { kind: "wake", at });
        }
        case "offline": {
            const until = Math.min(acceptedAt + policy.offlineMs, expiresAt);
            if (event.now >= until) return fail("recipientOffline");
            const wait = { kind: "offline", until } as const;
            return go({ phase: "queued", attempts, partsSent, wait }, { kind: "wake", at: until });
        }
        case "rejected":
        case "notDelivered":
            return fail(event.cause);
        case "restarted":
            // the same identifiers are sent again: a recipient that has received the message recognises the repetition
            return go({ phase: "queued", attempts, partsSent, wait: { kind: "turn" } }, { kind: "wake", at: 0 });
        case "due":
        case "recipientAvailable":
        case "delivered":
        case "displayed":
        case "failureReported":
        case "confirmed":
        case "notificationDue":
            return stay(state);
    }
}

function onceSent(state: Sent, event: MessageEvent, terms: MessageTerms): Transition {
    const { reference } = state;
    switch (event.kind) {
        case "delivered":
            return confirming({ phase: "delivered", reference, owed: [] }, terms, "delivery");
        case "displayed":
            // it has been delivered as well, even if that receipt was lost
            return confirming({ phase: "displayed", reference, owed: [] }, terms, "delivery", "display");
        case "notDelivered":
            return fail(event.cause);
        case "due":
        case "partsAccepted":
        case "accepted":
        case "unavailable":
        case "offline":
        case "rejected":
        case "recipientAvailable":
        case "failureReported":
        case "confirmed":
        case "notificationDue":
        case "restarted":
            return stay(state);
    }
}

function onceDelivered(state: Delivered, event: MessageEvent, terms: MessageTerms): Transition {
    if (event.kind !== "displayed") return withOwed(state, event, terms);
    return confirming({ ...state, phase: "displayed" }, terms, "display");
}

/** Enters a state in which the sender is notified of those of these receipts that it asked for. */
function confirming(state: Delivered | Displayed, { receipts }: MessageTerms, ...news: readonly Receipt[]): Transition {
    const owed = news.filter((receipt) => receipts.includes(receipt));
    return go({ ...state, owed: [...state.owed, ...owed] }, ...owed.map(confirm));
}

/** Notifications of the sender end with its confirmation, or with the age at which a message would have failed. */
function withOwed(state: Delivered | Displayed, event: MessageEvent, { policy, acceptedAt }: MessageTerms): Transition {
    const { owed } = state;
    if (owed.length === 0) return stay(state);
    switch (event.kind) {
        case "confirmed":
            if (!owed.includes(event.receipt)) return stay(state);
            return go({ ...state, owed: owed.filter((receipt) => receipt !== event.receipt) });
        case "notificationDue":
            if (event.now >= acceptedAt + policy.maxAgeMs) return go({ ...state, owed: [] });
            return go(state, ...owed.map(confirm));
        case "restarted":
            return go(state, ...owed.map(confirm));
        case "due":
        case "partsAccepted":
        case "accepted":
        case "unavailable":
        case "offline":
        case "rejected":
        case "recipientAvailable":
        case "delivered":
        case "displayed":
        case "notDelivered":
        case "failureReported":
            return stay(state);
    }
}

function onceFailed(state: Failed, event: MessageEvent): Transition {
    if (state.report === "given") return stay(state);
    if (event.kind === "failureReported") return go({ ...state, report: "given" });
    const isDue = event.kind === "restarted" || event.kind === "notificationDue";
    return isDue ? go(state, { kind: "reportFailure", cause: state.cause }) : stay(state);
}

function dueAt({ wait }: Queued): number {
    switch (wait.kind) {
        case "turn":
            return 0;
        case "retry":
            return wait.at;
        case "offline":
            return wait.until;
    }
}

/** The one exit to failure: the sender is always notified. */
function fail(cause: FailureCause): Transition {
    return go({ phase: "failed", cause, report: "owed" }, { kind: "reportFailure", cause });
}

function confirm(receipt: Receipt): MessageEffect {
    return { kind: "confirm", receipt };
}

function go(state: MessageState, ...effects: MessageEffect[]): Transition {
    return { state, effects };
}

function stay(state: MessageState): Transition {
    return { state, effects: [] };
}
