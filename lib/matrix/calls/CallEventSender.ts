import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { OutgoingCallEvent } from "./callEventContent.ts";
import type { Homeserver } from "../homeserver/Homeserver.ts";

export interface CallEventSenderOptions {
    /** The sender of the events. */
    readonly ghost: MatrixUserId;
    readonly room: MatrixRoomId;
    /** Prefix of the transaction IDs; unique among all calls, past and future. */
    readonly transactionPrefix: string;
}

/**
 * Sends the events of one call in order, because a hangup must not overtake an answer. Each event has its own
 * transaction ID, so that the homeserver recognises a retry.
 */
export class CallEventSender {
    readonly #homeserver: Pick<Homeserver, "send">;
    readonly #options: CallEventSenderOptions;
    #count = 0;
    #previous: Promise<void> = Promise.resolve();

    constructor(homeserver: Pick<Homeserver, "send">, options: CallEventSenderOptions) {
        this.#homeserver = homeserver;
        this.#options = options;
    }

    /** @throws HomeserverError */
    async send({ type, content }: OutgoingCallEvent): Promise<void> {
        const { ghost, room, transactionPrefix } = this.#options;
        this.#count += 1;
        const transactionId = `${transactionPrefix}-${this.#count}`;
        const sent = this.#previous.then(() => this.#homeserver.send(ghost, room, type, content, transactionId));
        this.#previous = sent.catch(() => undefined);
        await sent;
    }

    /**
     * Sends an m.notice for what clients do not show by themselves.
     * @throws HomeserverError
     */
    async sendNotice(body: string): Promise<void> {
        await this.send({ type: "m.room.message", content: { msgtype: "m.notice", body } });
    }
}
