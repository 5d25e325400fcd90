import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import { CALL_EVENT_TYPES, type OutgoingCallEvent } from "./callEventContent.ts";
import type { Homeserver } from "../homeserver/Homeserver.ts";

export interface CallEventSenderOptions {
    /** The sender of the events. */
    readonly ghost: MatrixUserId;
    readonly room: MatrixRoomId;
    /** Prefix of the transaction IDs: call ID and leg, unique among all calls, past and future. */
    readonly transactionPrefix: string;
    /** Number of m.call.negotiate events that were sent before a restart of the bridge. */
    readonly negotiations?: number;
}

/**
 * Sends the events of one call in order, because a hangup must not overtake an answer. The transaction ID of each event is
 * derived from its place in the call, so that the homeserver recognises a retry, also one after a restart of the bridge.
 */
export class CallEventSender {
    readonly #homeserver: Pick<Homeserver, "send">;
    readonly #options: CallEventSenderOptions;
    /** Events sent so far, by their type. */
    readonly #counts = new Map<string, number>();
    #previous: Promise<void> = Promise.resolve();

    constructor(homeserver: Pick<Homeserver, "send">, options: CallEventSenderOptions) {
        this.#homeserver = homeserver;
        this.#options = options;
        this.#counts.set(CALL_EVENT_TYPES.negotiate, options.negotiations ?? 0);
    }

    /** Number of m.call.negotiate events, for the call journal. */
    get negotiations(): number {
        return this.#counts.get(CALL_EVENT_TYPES.negotiate) ?? 0;
    }

    /** @throws HomeserverError */
    async send({ type, content }: OutgoingCallEvent): Promise<void> {
        const { ghost, room } = this.#options;
        const transactionId = this.#transactionIdOf(type);
        const sent = this.#previous.then(() => this.#homeserver.send(ghost, room, type, content, transactionId));
        this.#previous = sent.catch(() => undefined);
        await sent;
    }

    /** `<call>-<leg>-hangup`; the second event of a type and those of m.call.negotiate are numbered. */
    #transactionIdOf(type: string): string {
        const count = (this.#counts.get(type) ?? 0) + 1;
        this.#counts.set(type, count);
        const name = `${this.#options.transactionPrefix}-${type.slice(type.lastIndexOf(".") + 1)}`;
        return count === 1 && type !== CALL_EVENT_TYPES.negotiate ? name : `${name}-${count}`;
    }

    /**
     * Sends an m.notice for what clients do not show by themselves.
     * @throws HomeserverError
     */
    async sendNotice(body: string): Promise<void> {
        await this.send({ type: "m.room.message", content: { msgtype: "m.notice", body } });
    }
}
