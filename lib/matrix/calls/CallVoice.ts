import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { OutgoingCallEvent } from "./callEventContent.ts";
import type { Homeserver } from "../homeserver/Homeserver.ts";

/** Whose voice, where, and what its events are numbered by. */
export interface CallVoiceOf {
    readonly ghost: MatrixUserId;
    readonly room: MatrixRoomId;
    /** Beginning of the transaction ids; unique to the call among all calls there ever are. */
    readonly transactionPrefix: string;
}

/**
 * What a ghost says in one call: one thing after the other, for a hang-up must not overtake an answer, and each with a
 * transaction id of its own, so that the homeserver takes a repetition for one.
 */
export class CallVoice {
    readonly #homeserver: Pick<Homeserver, "send">;
    readonly #of: CallVoiceOf;
    #said = 0;
    #previous: Promise<void> = Promise.resolve();

    constructor(homeserver: Pick<Homeserver, "send">, of: CallVoiceOf) {
        this.#homeserver = homeserver;
        this.#of = of;
    }

    /** @throws HomeserverError */
    async say({ type, content }: OutgoingCallEvent): Promise<void> {
        const { ghost, room, transactionPrefix } = this.#of;
        this.#said += 1;
        const transactionId = `${transactionPrefix}-${this.#said}`;
        const said = this.#previous.then(() => this.#homeserver.send(ghost, room, type, content, transactionId));
        this.#previous = said.catch(() => undefined);
        await said;
    }

    /**
     * Tells the people in the room something that no client shows by itself.
     * @throws HomeserverError
     */
    async notice(body: string): Promise<void> {
        await this.say({ type: "m.room.message", content: { msgtype: "m.notice", body } });
    }
}
