import type { MessageOutcome, MessageTelemetry } from "../../../lib/ports/MessageTelemetry.ts";
import type { Direction } from "../../../lib/message/vocabulary.ts";

/** Counts as words, in order. */
export class KeptMessageTelemetry implements MessageTelemetry {
    readonly counted: string[] = [];
    readonly waiting: Record<Direction, number> = { inbound: 0, outbound: 0 };

    messageAccepted(direction: Direction): void {
        this.counted.push(`${direction} accepted`);
    }

    messageSettled(direction: Direction, outcome: MessageOutcome): void {
        this.counted.push(`${direction} ${outcome}`);
    }

    messagesWaiting(direction: Direction, waiting: number): void {
        this.waiting[direction] = waiting;
    }

    messageRetried(direction: Direction): void {
        this.counted.push(`${direction} retried`);
    }

    messageRefused(direction: Direction, reason: string): void {
        this.counted.push(`${direction} refused: ${reason}`);
    }
}
