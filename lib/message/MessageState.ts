import type { FailureCause, Receipt } from "./vocabulary.ts";

/** The state of a message. Plain data: it is written to disk after each step. Each state has only what it needs. */
export type MessageState = Queued | Sending | Sent | Delivered | Displayed | Failed;

/** Waits to be sent, for its turn in the conversation or for the recipient. */
export interface Queued {
    readonly phase: "queued";
    /** Number of attempts so far. */
    readonly attempts: number;
    /** Number of parts of it that the recipient's network has accepted, if the message had to be split. */
    readonly partsSent: number;
    readonly wait: Wait;
}

export type Wait =
    | { readonly kind: "turn" }
    /** The recipient's network could not be reached. `at`: wall time of the next attempt, in ms. */
    | { readonly kind: "retry"; readonly at: number }
    /** The recipient's phone is not registered. `until`: wall time at which the message fails, in ms. */
    | { readonly kind: "offline"; readonly until: number };

/** An attempt is under way. After a crash it is not known whether the recipient's network has accepted it. */
export interface Sending {
    readonly phase: "sending";
    readonly attempts: number;
    readonly partsSent: number;
}

/** The recipient's network has accepted it. `reference`: the identifier it has there, by which receipts name it. */
export interface Sent {
    readonly phase: "sent";
    readonly reference: string;
}

/** It has arrived at the recipient's device or homeserver. `owed`: receipts that the sender still has to be notified of. */
export interface Delivered {
    readonly phase: "delivered";
    readonly reference: string;
    readonly owed: readonly Receipt[];
}

/** The recipient has read it. */
export interface Displayed {
    readonly phase: "displayed";
    readonly reference: string;
    readonly owed: readonly Receipt[];
}

/** It was not delivered, or only in part. `report`: whether the sender still has to be notified. */
export interface Failed {
    readonly phase: "failed";
    readonly cause: FailureCause;
    readonly report: "owed" | "given";
}

export const PHASES = [
    "queued",
    "sending",
    "sent",
    "delivered",
    "displayed",
    "failed",
] as const satisfies readonly MessageState["phase"][];

/** Whether the next message of the conversation must wait for this one. */
export function isOpen(state: MessageState): state is Queued | Sending {
    return state.phase === "queued" || state.phase === "sending";
}

/** Whether nothing more has to be done for the message. A receipt can still arrive. */
export function isFinished(state: MessageState): boolean {
    switch (state.phase) {
        case "queued":
        case "sending":
            return false;
        case "sent":
            return true;
        case "delivered":
        case "displayed":
            return state.owed.length === 0;
        case "failed":
            return state.report === "given";
    }
}

/** The identifier of the message in the recipient's network, once that has accepted it. */
export function referenceOf(state: MessageState): string | undefined {
    return "reference" in state ? state.reference : undefined;
}
