import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { CallFailure } from "../../ports/CallFailure.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Directory } from "../../ports/Directory.ts";
import type { Log } from "../../ports/Log.ts";
import { bridgeInfoOf } from "./bridgeInfo.ts";
import { ExpiringMap } from "../ExpiringMap.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";
import type { GhostProfiles } from "../ghosts/GhostProfiles.ts";
import type { Homeserver, Membership, RoomRequest } from "../homeserver/Homeserver.ts";
import { asCalleeFailure, HomeserverError } from "../homeserver/HomeserverError.ts";
import { SingleFlight } from "../SingleFlight.ts";

/** The direct room of a Matrix user and a ghost. */
export interface DirectRoom {
    readonly room: MatrixRoomId;
    readonly user: MatrixUserId;
    readonly ghost: MatrixUserId;
    /** Whether a call in the room reaches the user already. */
    readonly userIs: "joined" | "invited";
    /** A room from the directory may no longer exist; a room that was just created does. */
    readonly from: "directory" | "created";
}

export interface DirectRoomsParts {
    readonly names: GhostNames;
    readonly profiles: GhostProfiles;
    readonly homeserver: Homeserver;
    readonly directory: Directory;
    readonly clock: Clock;
    readonly log: Log;
    /** Whether the registration lets the bridge act for a user, to join a room as them. */
    readonly mayJoinAs: (user: MatrixUserId) => boolean;
}

/** Number of cached memberships; others are requested. */
const MEMBERSHIPS = 50_000;

/** Finds or creates the room in which a Matrix user and a party on the SIP side call each other. */
export class DirectRooms {
    readonly #parts: DirectRoomsParts;
    readonly #flights = new SingleFlight<DirectRoom>();
    /** Requested once and then updated by member events, so that a call in a known room needs no request. */
    readonly #memberships: ExpiringMap<Membership>;

    constructor(parts: DirectRoomsParts) {
        this.#parts = parts;
        this.#memberships = new ExpiringMap(parts.clock, { max: MEMBERSHIPS });
    }

    /**
     * Returns the room, with the ghost in it and the user joined or invited. `m.direct` is left to the user's client.
     * A failed call leaves at most one room, which is used for the next call.
     * @throws CallFailure `notFound` if the user does not exist, `unavailable` if their homeserver does not respond or
     * rejects the invitation, or if new rooms are encrypted, `serviceUnavailable` if the store cannot be written
     * @throws HomeserverError
     */
    async findOrCreate(user: MatrixUserId, caller: RemoteParty): Promise<DirectRoom> {
        const party = this.#parts.names.representable(caller);
        const ghost = this.#parts.names.ghostOf(party);
        return await this.#flights.run(`${user} ${ghost}`, async () => {
            const known = await this.#known(user, ghost);
            if (known === undefined) return await this.#create(user, ghost, party);
            await this.#parts.profiles.ensure(party);
            return known;
        });
    }

    /** Requests the membership, because a member event may have arrived before the room was known. */
    async hasJoined({ room, user, ghost }: DirectRoom): Promise<boolean> {
        const membership = await this.#parts.homeserver.membership(ghost, room, user);
        this.#memberships.set(keyOf(room, user), membership);
        return membership === "join";
    }

    /** Called for every member event of a user who is not the bot or a ghost. */
    noteMembership(room: MatrixRoomId, user: MatrixUserId, membership: Membership): void {
        const key = keyOf(room, user);
        if (this.#memberships.has(key)) this.#memberships.set(key, membership);
    }

    async forget(room: MatrixRoomId): Promise<void> {
        await this.#parts.directory.forgetRoom(room);
    }

    async #known(user: MatrixUserId, ghost: MatrixUserId): Promise<DirectRoom | undefined> {
        const room = await this.#parts.directory.roomBetween(user, ghost);
        if (room === undefined) return undefined;
        const membership = await this.#membershipOf(room, user, ghost);
        const found = { room, user, ghost, from: "directory" } as const;
        switch (membership) {
            case "join":
                return { ...found, userIs: "joined" };
            case "invite":
                return { ...found, userIs: await this.#joinAs(user, room) };
            case "none":
                // the invitation of an earlier call failed
                await this.#invite(user, ghost, room);
                return { ...found, userIs: await this.#joinAs(user, room) };
            case "leave":
            case "ban":
            case "knock":
            case "gone":
                // a room that the user left is not where they expect a call
                await this.forget(room);
                return undefined;
        }
    }

    async #create(user: MatrixUserId, ghost: MatrixUserId, party: RemoteParty): Promise<DirectRoom> {
        const { names, homeserver, directory, profiles, log } = this.#parts;
        await this.#verifyWritable();
        if (!(await this.#exists(user))) throw new CallFailure("notFound", "the user does not exist");
        await profiles.ensure(party);
        const request = { initialState: bridgeInfoOf(party, ghost, names.botUserId) };
        const room = await this.#createRoom(ghost, party, request);
        try {
            // before the invitation, so that a failed one leaves a room that the next call uses
            await directory.rememberRoom({ user, ghost }, room);
        } catch (reason) {
            await homeserver.leave(ghost, room);
            throw new CallFailure("serviceUnavailable", "the room cannot be stored", { cause: reason });
        }
        if (await homeserver.isEncrypted(ghost, room)) {
            const hint = "disable encryption by default for new rooms on the homeserver";
            log.warn("direct room rejected: homeserver encrypts every new room", { roomId: room, hint });
            await this.forget(room);
            await homeserver.leave(ghost, room);
            throw new CallFailure("unavailable", "the homeserver encrypts every new room");
        }
        await this.#invite(user, ghost, room);
        const userIs = await this.#joinAs(user, room);
        log.info("direct room created", { roomId: room, userIs });
        return { room, user, ghost, userIs, from: "created" };
    }

    /** Rejects a call before anything is created for it that cannot be stored. */
    async #verifyWritable(): Promise<void> {
        try {
            await this.#parts.directory.verifyWritable();
        } catch (reason) {
            const hint = "check free space and permissions of store.path";
            this.#parts.log.error("call rejected: store not writable", { error: reason, hint });
            throw new CallFailure("serviceUnavailable", "the store cannot be written", { cause: reason });
        }
    }

    async #exists(user: MatrixUserId): Promise<boolean> {
        const { homeserver, names } = this.#parts;
        try {
            return await homeserver.userExists(user);
        } catch (reason) {
            throw asCalleeFailure(reason, names.isLocal(user));
        }
    }

    async #createRoom(ghost: MatrixUserId, party: RemoteParty, request: RoomRequest): Promise<MatrixRoomId> {
        const { homeserver, profiles } = this.#parts;
        try {
            return await homeserver.createRoom(ghost, request);
        } catch (reason) {
            if (!(reason instanceof HomeserverError) || reason.kind !== "forbidden") throw reason;
            // the directory has a ghost that the homeserver does not have
            await profiles.registerAgain(party);
            return await homeserver.createRoom(ghost, request);
        }
    }

    async #invite(user: MatrixUserId, ghost: MatrixUserId, room: MatrixRoomId): Promise<void> {
        const { homeserver, names } = this.#parts;
        const key = keyOf(room, user);
        try {
            await homeserver.invite(ghost, room, user);
        } catch (reason) {
            this.#memberships.delete(key);
            throw asCalleeFailure(reason, names.isLocal(user));
        }
        this.#memberships.set(key, "invite");
    }

    /** `gone` if the ghost cannot see the room any more. */
    async #membershipOf(room: MatrixRoomId, user: MatrixUserId, ghost: MatrixUserId): Promise<Membership | "gone"> {
        const key = keyOf(room, user);
        const noted = this.#memberships.get(key);
        if (noted !== undefined) return noted;
        try {
            const membership = await this.#parts.homeserver.membership(ghost, room, user);
            this.#memberships.set(key, membership);
            return membership;
        } catch (reason) {
            const isGone =
                reason instanceof HomeserverError && (reason.kind === "forbidden" || reason.kind === "notFound");
            if (!isGone) throw reason;
            return "gone";
        }
    }

    /** Joins as the user if the registration allows it, so that even a first call rings immediately. */
    async #joinAs(user: MatrixUserId, room: MatrixRoomId): Promise<DirectRoom["userIs"]> {
        const { homeserver, mayJoinAs, log } = this.#parts;
        if (!mayJoinAs(user)) return "invited";
        try {
            await homeserver.join(user, room);
        } catch (reason) {
            const hint = "generate the registration again if matrix.joinAsCallee was changed";
            log.warn("join as callee failed", { roomId: room, error: reason, hint });
            return "invited";
        }
        this.#memberships.set(keyOf(room, user), "join");
        return "joined";
    }
}

function keyOf(room: MatrixRoomId, user: MatrixUserId): string {
    return `${room} ${user}`;
}
