import type { Message } from "../../message/Message.ts";
import type { FailureCause, Receipt } from "../../message/vocabulary.ts";
import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import { CallFailure } from "../../ports/CallFailure.ts";
import type { Log } from "../../ports/Log.ts";
import type { DeliveryAttempt, DeliveryResult, MessageCarrier } from "../../ports/MessageCarrier.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";
import { HomeserverError, NOT_RUNNING } from "../homeserver/HomeserverError.ts";
import type { DirectRoom, DirectRooms } from "../rooms/DirectRooms.ts";
import { failureNotice } from "./failureNotice.ts";
import type { InboundFiles } from "./InboundFiles.ts";
import type { RoomMessages } from "./RoomMessages.ts";

export interface MatrixMessageCarrierParts {
    readonly names: GhostNames;
    readonly rooms: Pick<DirectRooms, "findOrCreate" | "forget">;
    readonly homeserver: RoomMessages;
    readonly files: Pick<InboundFiles, "contentOf">;
    readonly log: Log;
}

/** Sends messages of the SIP side as the ghost of their sender, and notifies Matrix users of what became of theirs. */
export class MatrixMessageCarrier implements MessageCarrier {
    readonly #parts: MatrixMessageCarrierParts;

    constructor(parts: MatrixMessageCarrierParts) {
        this.#parts = parts;
    }

    /** Creates the ghost and the room for the first message of a sender. */
    async deliver({ message }: DeliveryAttempt): Promise<DeliveryResult> {
        try {
            const room = await this.#parts.rooms.findOrCreate(message.user, message.party);
            try {
                return await this.#send(message, room);
            } catch (reason) {
                if (!isGone(reason)) throw reason;
                // the ghost was removed from the room, or the homeserver has lost it
                await this.#parts.rooms.forget(room.room);
                return await this.#send(message, await this.#parts.rooms.findOrCreate(message.user, message.party));
            }
        } catch (reason) {
            return this.#resultOf(reason);
        }
    }

    /** Delivery is shown as the absence of a failure; display as the ghost's read receipt. */
    async confirm({ origin, party }: Message, receipt: Receipt): Promise<void> {
        if (origin.network !== "matrix" || receipt !== "display") return;
        await this.#parts.homeserver.markRead(this.#parts.names.ghostOf(party), origin.room, origin.eventId);
    }

    async reportFailure({ id, origin, party }: Message, cause: FailureCause): Promise<void> {
        if (origin.network !== "matrix") return;
        const { homeserver, names, log } = this.#parts;
        const content = {
            msgtype: "m.notice",
            body: failureNotice(cause),
            "m.relates_to": { "m.in_reply_to": { event_id: origin.eventId } },
        };
        try {
            await homeserver.send(names.ghostOf(party), origin.room, "m.room.message", content, `failed-${id}`);
        } catch (reason) {
            if (!(reason instanceof HomeserverError) || !isPermanent(reason)) throw reason;
            log.info("message failure not reported: room left", { messageId: id });
        }
    }

    async #send(message: Message, { room, ghost, userIs }: DirectRoom): Promise<DeliveryResult> {
        const content = await this.#contentOf(message, ghost);
        const reference = await this.#parts.homeserver.send(ghost, room, "m.room.message", content, `in-${message.id}`);
        return { kind: "accepted", reference, by: userIs === "joined" ? "recipient" : "network" };
    }

    async #contentOf({ content }: Message, ghost: MatrixUserId): Promise<Readonly<Record<string, unknown>>> {
        switch (content.kind) {
            case "text":
                return { msgtype: "m.text", body: content.text, "m.mentions": {} };
            case "notice":
                return { msgtype: "m.notice", body: content.text, "m.mentions": {} };
            case "location":
                return { msgtype: "m.location", body: content.text, geo_uri: content.uri };
            case "file":
                return this.#parts.files.contentOf(content, ghost);
            case "dropped":
                throw new Error("the content of a message was dropped before it was sent");
        }
    }

    #resultOf(reason: unknown): DeliveryResult {
        if (reason instanceof CallFailure) {
            const isUnknown = reason.endCause === "notFound";
            return { kind: "rejected", cause: isUnknown ? "unknownRecipient" : "rejected" };
        }
        if (!(reason instanceof HomeserverError)) throw reason;
        this.#parts.log.debug("message not accepted by the homeserver", { error: reason });
        if (isPermanent(reason))
            return { kind: "rejected", cause: reason.reply.errcode === "M_TOO_LARGE" ? "tooLarge" : "rejected" };
        const { retryAfterMs } = reason.reply;
        return { kind: "unavailable", ...(retryAfterMs !== undefined && { retryAfterMs }) };
    }
}

function isGone(reason: unknown): boolean {
    return reason instanceof HomeserverError && (reason.kind === "forbidden" || reason.kind === "notFound");
}

function isPermanent({ kind, reply }: HomeserverError): boolean {
    switch (kind) {
        case "limited":
        case "unreachable":
        case "failed":
        case "unauthorised":
            return false;
        case "forbidden":
        case "notFound":
            return true;
        case "rejected":
            return reply.errcode !== NOT_RUNNING;
    }
}
