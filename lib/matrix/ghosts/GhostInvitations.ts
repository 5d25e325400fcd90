import PQueue from "p-queue";
import { z } from "zod";
import { serverOf, type MatrixRoomId, type MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Directory } from "../../ports/Directory.ts";
import type { Log } from "../../ports/Log.ts";
import type { DroppedEvent, DroppedEvents } from "../events/DroppedEvents.ts";
import type { GhostAdmission } from "./GhostAdmission.ts";
import { dropped, type EventOutcome } from "../events/EventHandler.ts";
import type { InvitationTime } from "../events/eventAge.ts";
import type { EncryptedRooms } from "../rooms/EncryptedRooms.ts";
import type { GhostNames } from "./GhostNames.ts";
import type { GhostProfiles } from "./GhostProfiles.ts";
import type { Homeserver } from "../homeserver/Homeserver.ts";

export interface GhostInvitationsParts {
    readonly homeserver: Homeserver;
    readonly profiles: GhostProfiles;
    readonly names: Pick<GhostNames, "isLocal">;
    readonly directory: Directory;
    readonly encryptedRooms: EncryptedRooms;
    readonly admission: GhostAdmission;
    readonly drops: DroppedEvents;
    /** Whether a call is in progress in a room. */
    readonly hasCall: (room: MatrixRoomId) => boolean;
    readonly log: Log;
    readonly clock: Clock;
    /** Receives each event found in the history of the room; events delivered before are dropped there. */
    readonly onHistory: (event: unknown, invitation: InvitationTime | undefined) => void;
}

export interface GhostInvitation {
    /** The invitation itself, for the log. */
    readonly event: DroppedEvent;
    readonly room: MatrixRoomId;
    readonly ghost: MatrixUserId;
    readonly party: RemoteParty;
    readonly inviter: MatrixUserId;
    readonly isDirect: boolean;
    /** As in `RoomEvent`. */
    readonly sentAt: number | undefined;
    readonly ageMs: number;
}

const invitation = z.object({ state_key: z.string(), content: z.object({ membership: z.literal("invite") }) });

/** Maximum number of queued invitations; more are dropped. */
const MAX_WAITING = 200;
const CONCURRENT_JOINS = 8;
/** Enough for an invite, its candidates and the events of the creation of the room. */
const HISTORY = 50;
/**
 * When the history is read again if the inviter is on another homeserver, in ms. What is sent there during the join is a branch of
 * its own in the room, of which our homeserver learns later, and then of the last ten events only (Synapse).
 */
const SECOND_READ_MS = 10_000;
/** How long a ghost stays in a group, or in a room whose user may not dial its number, without a call, in ms. */
const STAY_MS = 10 * 60_000;

/** Lets ghosts join the rooms they are invited to, and finds the call that brought them there. */
export class GhostInvitations {
    readonly #parts: GhostInvitationsParts;
    readonly #queue = new PQueue({ concurrency: CONCURRENT_JOINS });
    /** Cancel the timers of what ghosts will do later. */
    readonly #timers = new Set<() => void>();
    readonly #joining = new Map<MatrixRoomId, Promise<MatrixUserId | undefined>>();

    constructor(parts: GhostInvitationsParts) {
        this.#parts = parts;
    }

    /** Returns immediately. */
    accept(invitation: GhostInvitation): EventOutcome {
        if (this.#queue.size >= MAX_WAITING) return dropped("too_many");
        const { room, ghost } = invitation;
        const time = timeOf(invitation, this.#parts.clock.monotonic());
        const joining = this.#queue
            .add(async () => ((await this.#join(invitation, time)) ? ghost : undefined))
            .catch((reason: unknown) => {
                this.#parts.log.warn("ghost join failed", { roomId: room, error: reason });
                return undefined;
            })
            .finally(() => {
                if (this.#joining.get(room) === joining) this.#joining.delete(room);
            });
        this.#joining.set(room, joining);
        return { kind: "handled", done: joining };
    }

    /** Called when the Matrix side stops. */
    stop(): void {
        for (const cancel of this.#timers) cancel();
        this.#timers.clear();
    }

    /** Waits for the ghost that is joining this room and returns it; undefined if there is none or the join failed. */
    async pendingJoin(room: MatrixRoomId): Promise<MatrixUserId | undefined> {
        return await this.#joining.get(room);
    }

    /** Returns whether the ghost is in the room. */
    async #join(invitation: GhostInvitation, time: InvitationTime | undefined): Promise<boolean> {
        const { room, ghost, party, inviter, isDirect } = invitation;
        const { homeserver, profiles, directory, encryptedRooms, admission, drops, log } = this.#parts;
        const verdict = await admission.admitInvitation(inviter, ghost, party);
        if (verdict === "not_allowed" || verdict === "too_many") {
            drops.record(invitation.event, verdict);
            return false;
        }
        await profiles.ensure(party);
        await homeserver.join(ghost, room);
        log.info("ghost joined room", { roomId: room });
        if (await homeserver.isEncrypted(ghost, room)) {
            await encryptedRooms.reject(room, ghost);
            return true;
        }
        const pair = { user: inviter, ghost };
        const known = await directory.roomBetween(inviter, ghost);
        // a group must not replace the direct room: the next inbound call would ring in the group
        const isGroup = !isDirect && known !== undefined;
        if (!isGroup) await directory.rememberRoom(pair, room);
        if (isGroup || verdict === "accept_to_reject") this.#leaveWhenUnused(room, ghost);
        await this.#readHistory(room, ghost, time);
        if (!this.#parts.names.isLocal(inviter)) {
            this.#later(SECOND_READ_MS, () => {
                this.#readHistory(room, ghost, time).catch((error: unknown) =>
                    log.debug("history not read again", { roomId: room, error }),
                );
            });
        }
        return true;
    }

    /** A homeserver delivers events of a room only while a ghost is in it, and clients do not wait for the join. */
    async #readHistory(room: MatrixRoomId, ghost: MatrixUserId, time: InvitationTime | undefined): Promise<void> {
        const { homeserver, onHistory } = this.#parts;
        const recent = await homeserver.recentEvents(ghost, room, HISTORY);
        // earlier membership changes do not matter any more, and what was said before the invitation is not for the ghost
        const invitedAt = recent.findLastIndex((event) => isInvitation(event, ghost));
        const isFor = (event: unknown, at: number): boolean =>
            isCallEvent(event) || (isMessage(event) && at > invitedAt);
        for (const event of recent.filter(isFor)) onHistory(event, time);
    }

    #later(ms: number, act: () => void): void {
        const cancel = this.#parts.clock.startTimer(ms, () => {
            this.#timers.delete(cancel);
            act();
        });
        this.#timers.add(cancel);
    }

    #leaveWhenUnused(room: MatrixRoomId, ghost: MatrixUserId): void {
        const { homeserver, directory, log, hasCall } = this.#parts;
        const leave = async (): Promise<void> => {
            await directory.forgetRoom(room);
            await homeserver.leave(ghost, room);
        };
        this.#later(STAY_MS, () => {
            if (hasCall(room)) this.#leaveWhenUnused(room, ghost);
            else leave().catch((error: unknown) => log.debug("ghost not removed from room", { roomId: room, error }));
        });
    }
}

function timeOf({ inviter, sentAt, ageMs }: GhostInvitation, now: number): InvitationTime | undefined {
    return sentAt === undefined ? undefined : { server: serverOf(inviter), sentAt, receivedAt: now, ageMs };
}

function isCallEvent(event: unknown): boolean {
    return typeOf(event)?.startsWith("m.call.") === true;
}

function isMessage(event: unknown): boolean {
    return typeOf(event) === "m.room.message";
}

/** The ghost's own join is a membership event too, and what was written before it is for the ghost. */
function isInvitation(event: unknown, ghost: MatrixUserId): boolean {
    return typeOf(event) === "m.room.member" && invitation.safeParse(event).data?.state_key === ghost;
}

function typeOf(event: unknown): string | undefined {
    const type = typeof event === "object" && event !== null && "type" in event ? event.type : undefined;
    return typeof type === "string" ? type : undefined;
}
