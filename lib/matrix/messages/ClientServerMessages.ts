import { z } from "zod";
import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import { HomeserverError } from "../homeserver/HomeserverError.ts";
import type { SendRequest } from "../homeserver/HomeserverRequest.ts";
import type { RoomMessages } from "./RoomMessages.ts";

const TIMEOUT_MS = 10_000;
const sentEvent = z.object({ event_id: z.string().min(1) });

/** The client-server API of messages. Requests are not repeated here: the delivery repeats messages. */
export class ClientServerMessages implements RoomMessages {
    readonly #send: SendRequest;

    constructor(send: SendRequest) {
        this.#send = send;
    }

    async send(
        as: MatrixUserId,
        room: MatrixRoomId,
        type: string,
        content: Readonly<Record<string, unknown>>,
        transactionId: string,
    ): Promise<string> {
        const path = roomPath(room, "send", type, transactionId);
        const reply = await this.#send({ method: "PUT", path, as, body: content, timeoutMs: TIMEOUT_MS });
        const sent = sentEvent.safeParse(reply);
        if (!sent.success) throw new HomeserverError("the homeserver returned no event ID", { status: 502 });
        return sent.data.event_id;
    }

    async event(as: MatrixUserId, room: MatrixRoomId, eventId: string): Promise<unknown> {
        try {
            const path = roomPath(room, "event", eventId);
            return await this.#send({ method: "GET", path, as, timeoutMs: TIMEOUT_MS });
        } catch (reason) {
            const isHidden = reason instanceof HomeserverError && ["notFound", "forbidden"].includes(reason.kind);
            if (isHidden) return undefined;
            throw reason;
        }
    }

    async markRead(as: MatrixUserId, room: MatrixRoomId, eventId: string): Promise<void> {
        const path = roomPath(room, "receipt", "m.read", eventId);
        await this.#send({ method: "POST", path, as, body: {}, timeoutMs: TIMEOUT_MS });
    }

    async setTyping(as: MatrixUserId, room: MatrixRoomId, state: "active" | "idle", holdsMs: number): Promise<void> {
        const body = state === "active" ? { typing: true, timeout: holdsMs } : { typing: false };
        await this.#send({ method: "PUT", path: roomPath(room, "typing", as), as, body, timeoutMs: TIMEOUT_MS });
    }
}

function roomPath(room: MatrixRoomId, ...segments: readonly string[]): string {
    return `/_matrix/client/v3/rooms/${[room, ...segments].map(encodeURIComponent).join("/")}`;
}
