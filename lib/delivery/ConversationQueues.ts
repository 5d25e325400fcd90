import { conversationOf, type Message } from "../message/Message.ts";
import type { Direction, MessageId } from "../message/vocabulary.ts";

/** The messages that wait or are being sent, by conversation, in the order in which they were accepted. */
export class ConversationQueues {
    readonly #queues = new Map<string, Map<MessageId, Message>>();
    readonly #sizes: Record<Direction, number> = { inbound: 0, outbound: 0 };
    #characters = 0;

    get size(): number {
        return this.#sizes.inbound + this.#sizes.outbound;
    }

    /** Size of all contents, in characters. */
    get characters(): number {
        return this.#characters;
    }

    sizeOf(direction: Direction): number {
        return this.#sizes[direction];
    }

    has(message: Message): boolean {
        return this.#queues.get(conversationOf(message))?.has(message.id) === true;
    }

    add(message: Message): void {
        const conversation = conversationOf(message);
        const queue = this.#queues.get(conversation);
        if (queue === undefined) this.#queues.set(conversation, new Map([[message.id, message]]));
        else queue.set(message.id, message);
        this.#sizes[message.direction] += 1;
        this.#characters += charactersOf(message);
    }

    remove({ id, direction, ...rest }: Message): void {
        const conversation = conversationOf({ direction, ...rest });
        const queue = this.#queues.get(conversation);
        // the store has dropped the content of the given one
        const message = queue?.get(id);
        if (queue === undefined || message === undefined) return;
        queue.delete(id);
        this.#sizes[direction] -= 1;
        this.#characters -= charactersOf(message);
        if (queue.size === 0) this.#queues.delete(conversation);
    }

    /** The message whose turn it is. */
    head(conversation: string): Message | undefined {
        return this.#queues.get(conversation)?.values().next().value;
    }

    /** The first message of every conversation. The array is a copy. */
    heads(): readonly Message[] {
        return [...this.#queues.values()].flatMap((queue) => {
            const head = queue.values().next().value;
            return head === undefined ? [] : [head];
        });
    }
}

function charactersOf({ content }: Message): number {
    switch (content.kind) {
        case "text":
        case "notice":
            return content.text.length;
        case "file":
        case "location":
            return content.text.length + content.uri.length;
        case "dropped":
            return 0;
    }
}
