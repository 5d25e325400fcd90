import { z } from "zod";
import { parseMatrixUserId, type MatrixRoomId, type MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { Directory } from "../../ports/Directory.ts";
import type { Log } from "../../ports/Log.ts";
import type { DirectRooms } from "./DirectRooms.ts";
import type { EncryptedRooms } from "./EncryptedRooms.ts";
import type { GhostInvitations } from "../ghosts/GhostInvitations.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";
import type { Homeserver } from "../homeserver/Homeserver.ts";
import type { LegRegistry } from "../calls/LegRegistry.ts";
import type { RoomEvent } from "../events/readRoomEvent.ts";

export interface RoomMembersParts {
    readonly names: GhostNames;
    readonly rooms: DirectRooms;
    readonly registry: LegRegistry;
    readonly invitations: GhostInvitations;
    readonly encryptedRooms: EncryptedRooms;
    readonly directory: Directory;
    readonly homeserver: Homeserver;
    readonly log: Log;
}

const member = z.object({
    membership: z.enum(["join", "invite", "leave", "ban", "knock"]),
    is_direct: z.boolean().optional().catch(undefined),
});

/** Follows who is in the rooms of our calls: who comes may be called, who goes hangs up. Nothing here waits. */
export class RoomMembers {
    readonly #parts: RoomMembersParts;

    constructor(parts: RoomMembersParts) {
        this.#parts = parts;
    }

    /** Says why, if the event is dropped. */
    onMember(event: RoomEvent): "badContent" | "tooMany" | undefined {
        const { names, rooms, registry } = this.#parts;
        const content = member.safeParse(event.content);
        const user = parseMatrixUserId(event.stateKey ?? "");
        if (!content.success || user === undefined) return "badContent";
        const { membership, is_direct } = content.data;
        if (names.isOurs(user)) return this.#onOurs(event, user, membership, is_direct === true);
        rooms.noteMembership(event.room, user, membership);
        const calls = registry.inRoom(event.room).filter((leg) => leg.user === user);
        if (membership === "join") for (const leg of calls) leg.userJoined();
        if (membership === "leave" || membership === "ban") {
            for (const leg of calls) leg.userLeft();
            this.#inBackground(this.#leaveAlone(event.room, user));
        }
        return undefined;
    }

    /** The room was replaced by another: calls go on in the new one once its client invites the ghost. */
    onTombstone(event: RoomEvent): void {
        this.#inBackground(this.#parts.rooms.forget(event.room));
    }

    onEncryption(event: RoomEvent): void {
        this.#inBackground(this.#refuseEncrypted(event.room));
    }

    #onOurs(
        event: RoomEvent,
        ghost: MatrixUserId,
        membership: z.infer<typeof member>["membership"],
        isDirect: boolean,
    ): "tooMany" | undefined {
        const { names, registry, rooms, invitations } = this.#parts;
        const party = names.partyOf(ghost);
        if (membership === "invite" && party !== undefined && !names.isOurs(event.sender)) {
            return invitations.accept({ room: event.room, ghost, party, inviter: event.sender, isDirect });
        }
        if (membership === "leave" || membership === "ban") {
            for (const leg of registry.inRoom(event.room)) leg.ghostLeft();
            this.#inBackground(rooms.forget(event.room));
        }
        return undefined;
    }

    /** A ghost has nothing to do in a room whose user is gone. */
    async #leaveAlone(room: MatrixRoomId, user: MatrixUserId): Promise<void> {
        const pair = await this.#parts.directory.pairOf(room);
        if (pair?.user !== user) return;
        await this.#parts.rooms.forget(room);
        await this.#parts.homeserver.leave(pair.ghost, room);
    }

    async #refuseEncrypted(room: MatrixRoomId): Promise<void> {
        const pair = await this.#parts.directory.pairOf(room);
        if (pair !== undefined) await this.#parts.encryptedRooms.reject(room, pair.ghost);
    }

    #inBackground(work: Promise<void>): void {
        work.catch((reason: unknown) => {
            this.#parts.log.warn("room change not processed", { error: reason });
        });
    }
}
