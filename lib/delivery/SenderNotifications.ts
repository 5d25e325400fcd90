import type { Message } from "../message/Message.ts";
import type { MessageEvent } from "../message/MessageEvent.ts";
import type { FailureCause, MessageId, Receipt } from "../message/vocabulary.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Log } from "../ports/Log.ts";
import type { MessageCarrier } from "../ports/MessageCarrier.ts";

export interface SenderNotificationsParts {
    readonly clock: Clock;
    readonly log: Log;
    /** Undefined before the start, which sends all that is owed. */
    readonly carrierOf: (message: Message) => MessageCarrier | undefined;
    /** Reports to the message what became of a notification. */
    readonly apply: (id: MessageId, event: MessageEvent) => void;
}

/** Pause before a sender is notified again, after the sender's network could not be reached. */
const AGAIN_MS = 30_000;

/** Notifies senders of receipts and failures. One that cannot be reached is notified again later, also after a restart. */
export class SenderNotifications {
    readonly #parts: SenderNotificationsParts;
    readonly #timers = new Map<MessageId, () => void>();
    #state: "running" | "stopped" = "running";

    constructor(parts: SenderNotificationsParts) {
        this.#parts = parts;
    }

    confirm(message: Message, receipt: Receipt): void {
        const sent = this.#parts.carrierOf(message)?.confirm(message, receipt);
        this.#follow(message, sent, { kind: "confirmed", receipt });
    }

    reportFailure(message: Message, cause: FailureCause): void {
        this.#parts.log.info("message failed", { messageId: message.id, direction: message.direction, cause });
        const sent = this.#parts.carrierOf(message)?.reportFailure(message, cause);
        this.#follow(message, sent, { kind: "failureReported" });
    }

    /** What is owed then is sent after the next start. */
    stop(): void {
        this.#state = "stopped";
        for (const cancel of this.#timers.values()) cancel();
        this.#timers.clear();
    }

    #follow({ id }: Message, sent: Promise<void> | undefined, event: MessageEvent): void {
        const { apply, log } = this.#parts;
        sent?.then(
            () => apply(id, event),
            (error: unknown) => {
                log.debug("sender not notified", { messageId: id, event: event.kind, error });
                if (this.#state === "running") this.#again(id);
            },
        );
    }

    #again(id: MessageId): void {
        const { apply, clock } = this.#parts;
        this.#timers.get(id)?.();
        const cancel = clock.startTimer(AGAIN_MS, () => {
            this.#timers.delete(id);
            apply(id, { kind: "notificationDue", now: clock.now() });
        });
        this.#timers.set(id, cancel);
    }
}
