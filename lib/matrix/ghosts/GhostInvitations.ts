import PQueue from "p-queue";
import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { Directory } from "../../ports/Directory.ts";
import type { Log } from "../../ports/Log.ts";
import type { EncryptedRooms } from "../rooms/EncryptedRooms.ts";
import type { GhostProfiles } from "./GhostProfiles.ts";
import type { Homeserver } from "../homeserver/Homeserver.ts";

export interface GhostInvitationsParts {
    readonly homeserver: Homeserver;
    readonly profiles: GhostProfiles;
    readonly directory: Directory;
    readonly encryptedRooms: EncryptedRooms;
    readonly log: Log;
    /** Takes in an event found in a room's history as if it had been delivered. Those known already are dropped there. */
    readonly onEvent: (event: unknown) => void;
}

export interface GhostInvitation {
    readonly room: MatrixRoomId;
    readonly ghost: MatrixUserId;
    readonly party: RemoteParty;
    readonly inviter: MatrixUserId;
    readonly isDirect: boolean;
}

/** Invitations that wait for their turn; a stranger who sends more is not served. */
const MAX_WAITING = 200;
const AT_ONCE = 8;
/** Enough for an invite, its candidates and what the making of the room left behind. */
const HISTORY = 50;

/** Lets ghosts join the rooms they are invited to, and finds the call that brought them there. */
export class GhostInvitations {
    readonly #parts: GhostInvitationsParts;
    readonly #queue = new PQueue({ concurrency: AT_ONCE });
    readonly #joining = new Map<MatrixRoomId, Promise<MatrixUserId | undefined>>();

    constructor(parts: GhostInvitationsParts) {
        this.#parts = parts;
    }

    /** Returns at once; "tooMany" if the invitation is dropped. */
    accept(invitation: GhostInvitation): "tooMany" | undefined {
        if (this.#queue.size >= MAX_WAITING) return "tooMany";
        const { room, ghost } = invitation;
        const pendingJoin = this.#queue
            .add(() => this.#join(invitation))
            .then(() => ghost)
            .catch((reason: unknown) => {
                this.#parts.log.warn("ghost join failed", { roomId: room, error: reason });
                return undefined;
            })
            .finally(() => {
                if (this.#joining.get(room) === pendingJoin) this.#joining.delete(room);
            });
        this.#joining.set(room, pendingJoin);
        return undefined;
    }

    /** The ghost that is about to join this room, once it has; undefined if there is none, or it could not. */
    async joining(room: MatrixRoomId): Promise<MatrixUserId | undefined> {
        return await this.#joining.get(room);
    }

    async #join({ room, ghost, party, inviter, isDirect }: GhostInvitation): Promise<void> {
        const { homeserver, profiles, directory, encryptedRooms, log, onEvent } = this.#parts;
        await profiles.ensure(party);
        await homeserver.join(ghost, room);
        log.info("ghost joined room", { roomId: room });
        if (await homeserver.isEncrypted(ghost, room)) {
            await encryptedRooms.reject(room, ghost);
            return;
        }
        const pair = { user: inviter, ghost };
        const known = await directory.roomBetween(inviter, ghost);
        // a group must not take the place of a chat of two: the next call would ring in it
        if (isDirect || known === undefined) await directory.rememberRoom(pair, room);
        // a homeserver tells us of a room only while one of ours is in it, and clients do not wait for that
        const recent = await homeserver.recentEvents(ghost, room, HISTORY);
        // calls only: who came and went before does not matter any more
        for (const event of recent.filter(isCallEvent)) onEvent(event);
    }
}

function isCallEvent(event: unknown): boolean {
    const type = typeof event === "object" && event !== null && "type" in event ? event.type : undefined;
    return typeof type === "string" && type.startsWith("m.call.");
}
