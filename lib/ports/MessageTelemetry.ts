import type { Direction, FailureCause } from "../message/vocabulary.ts";

/** What became of a message. */
export type MessageOutcome = "sent" | "delivered" | "displayed" | FailureCause;

/** Counts messages for the operator. Every method returns immediately and never throws. Labels are closed sets. */
export interface MessageTelemetry {
    messageAccepted(direction: Direction): void;
    messageSettled(direction: Direction, outcome: MessageOutcome, ageMs: number): void;
    /** Number of messages that wait to be delivered. Reported at each change. */
    messagesWaiting(direction: Direction, waiting: number): void;
    /** An attempt failed and is repeated later. */
    messageRetried(direction: Direction): void;
    /** A message was not accepted; `reason` is one of a few fixed words. */
    messageRefused(direction: Direction, reason: string): void;
}
