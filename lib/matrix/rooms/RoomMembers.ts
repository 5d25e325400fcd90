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
import { dropped, HANDLED, type EventHandler, type EventOutcome } from "../events/EventHandler.ts";
import { faultsOf } from "../events/faultsOf.ts";
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

/** Follows the memberships and the state of rooms: a join may ring a user, and leaving ends calls. Never waits. */
export class RoomMembers {
    readonly #parts: RoomMembersParts;

    constructor(parts: RoomMembersParts) {
        this.#parts = parts;
    }

    /** The rows of the event table. */
    get handlers(): readonly EventHandler[] {
        return [
            { kind: "state", types: ["m.room.member"], handle: (event) => this.#onMember(event) },
            {
                kind: "state",
                types: ["m.room.encryption"],
                handle: (event) => this.#inBackground(this.#rejectEncrypted(event.room)),
            },
            // the room is replaced: calls continue in the new one once its client invites the ghost
            {
                kind: "state",
                types: ["m.room.tombstone"],
                handle: (event) => this.#inBackground(this.#parts.rooms.forget(event.room)),
            },
            { kind: "message", types: ["m.room.encrypted"], handle: () => dropped("encrypted") },
        ];
    }

    #onMember(event: RoomEvent): EventOutcome {
        const { names, rooms, registry } = this.#parts;
        const content = member.safeParse(event.content);
        const user = parseMatrixUserId(event.stateKey ?? "");
        if (!content.success) return dropped("bad_content", faultsOf(content.error));
        if (user === undefined) return dropped("bad_content", "state_key: not a user ID");
        const { membership, is_direct } = content.data;
        if (names.isOurs(user)) return this.#onOurs(event, user, membership, is_direct === true);
        rooms.noteMembership(event.room, user, membership);
        const calls = registry.inRoom(event.room).filter((leg) => leg.user === user);
        if (membership === "join") for (const leg of calls) leg.userJoined();
        if (membership === "leave" || membership === "ban") {
            for (const leg of calls) leg.userLeft();
            return this.#inBackground(this.#leaveAlone(event.room, user));
        }
        return HANDLED;
    }

    #onOurs(
        event: RoomEvent,
        ghost: MatrixUserId,
        membership: z.infer<typeof member>["membership"],
        isDirect: boolean,
    ): EventOutcome {
        const { names, registry, rooms, invitations } = this.#parts;
        const party = names.partyOf(ghost);
        if (membership === "invite" && party !== undefined && !names.isOurs(event.sender)) {
            const { room, sender: inviter, sentAt, ageMs } = event;
            return invitations.accept({ event, room, ghost, party, inviter, isDirect, sentAt, ageMs });
        }
        if (membership === "leave" || membership === "ban") {
            for (const leg of registry.inRoom(event.room)) leg.ghostLeft();
            return this.#inBackground(rooms.forget(event.room));
        }
        return HANDLED;
    }

    /** The ghost leaves a room when its user has left. */
    async #leaveAlone(room: MatrixRoomId, user: MatrixUserId): Promise<void> {
        const pair = await this.#parts.directory.pairOf(room);
        if (pair?.user !== user) return;
        await this.#parts.rooms.forget(room);
        await this.#parts.homeserver.leave(pair.ghost, room);
    }

    async #rejectEncrypted(room: MatrixRoomId): Promise<void> {
        const pair = await this.#parts.directory.pairOf(room);
        if (pair !== undefined) await this.#parts.encryptedRooms.reject(room, pair.ghost);
    }

    #inBackground(work: Promise<void>): EventOutcome {
        const done = work.catch((reason: unknown) => {
            this.#parts.log.warn("room change not processed", { error: reason });
        });
        return { kind: "handled", done };
    }
}
