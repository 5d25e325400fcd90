import { FastHomeserver, type FastHomeserverPlan, type SentEvent } from "./FastHomeserver.ts";

export interface MessageHomeserverPlan extends FastHomeserverPlan {
    /** The local user of all messages. */
    readonly user: string;
}

/** A message of a ghost, with the wall time at which it arrived, in ms. */
export interface ArrivedMessage {
    readonly body: string;
    readonly room: string;
    readonly at: number;
}

/** A fast homeserver that keeps messages. */
export class MessageHomeserver {
    /** Messages of ghosts; a repeated transaction ID counts once, as with a homeserver. */
    readonly arrived: ArrivedMessage[] = [];
    readonly #plan: MessageHomeserverPlan;
    readonly #transactions = new Set<string>();
    #homeserver: FastHomeserver | undefined;

    private constructor(plan: MessageHomeserverPlan) {
        this.#plan = plan;
    }

    static async start(plan: MessageHomeserverPlan): Promise<MessageHomeserver> {
        const messages = new MessageHomeserver(plan);
        messages.#homeserver = await FastHomeserver.start(plan, { onEvent: (event) => messages.#keep(event) });
        return messages;
    }

    /** The user writes in a room. */
    say(room: string, body: string): void {
        this.#homeserver?.deliver(room, this.#plan.user, "m.room.message", { msgtype: "m.text", body });
    }

    async stop(): Promise<void> {
        await this.#homeserver?.stop();
    }

    #keep({ room, sender, type, content, transactionId, at }: SentEvent): void {
        const key = `${sender} ${transactionId}`;
        const isNew = !this.#transactions.has(key);
        this.#transactions.add(key);
        if (!isNew || type !== "m.room.message" || content["msgtype"] !== "m.text") return;
        this.arrived.push({ body: String(content["body"]), room, at });
    }
}
