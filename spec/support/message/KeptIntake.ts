import type { Message } from "../../../lib/message/Message.ts";
import type { MessageState } from "../../../lib/message/MessageState.ts";
import type { Acceptance, MessageIntake, ReceiptNews } from "../../../lib/ports/MessageIntake.ts";

/** Keeps what it is given; a message settles when a spec says so. */
export class KeptIntake implements MessageIntake {
    readonly messages: Message[] = [];
    readonly receipts: string[] = [];
    readonly #settle = new Map<string, (state: MessageState) => void>();
    #state: "accepting" | "full" = "accepting";

    refuseAll(): void {
        this.#state = "full";
    }

    settle(state: MessageState): void {
        for (const settle of this.#settle.values()) settle(state);
    }

    accept(message: Message): Acceptance {
        if (this.#state === "full") return { kind: "refused" };
        if (this.knows(message.id)) return { kind: "repeated", state: { phase: "sent", reference: "" } };
        this.messages.push(message);
        const settled = new Promise<MessageState>((resolve) => this.#settle.set(message.id, resolve));
        return { kind: "accepted", stored: Promise.resolve(), settled };
    }

    knows(id: string): boolean {
        return this.messages.some((message) => message.id === id);
    }

    receipt(_direction: string, reference: string, news: ReceiptNews): void {
        this.receipts.push(`${reference} ${news.kind}`);
    }

    readUpTo(): void {
        // of no interest here
    }

    recipientAvailable(): void {
        // of no interest here
    }
}
