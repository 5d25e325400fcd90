import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import { displayTextOf, type RemoteParty } from "../../numbering/RemoteParty.ts";
import { CallFailure } from "../../ports/CallFailure.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Directory } from "../../ports/Directory.ts";
import type { Log } from "../../ports/Log.ts";
import { bridgeInfoOf } from "./bridgeInfo.ts";
import { ExpiringMap } from "../ExpiringMap.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";
import type { GhostProfiles } from "../ghosts/GhostProfiles.ts";
import type { Homeserver, Membership } from "../homeserver/Homeserver.ts";
import { HomeserverError } from "../homeserver/HomeserverError.ts";
import { SingleFlight } from "../SingleFlight.ts";

/** The chat of one Matrix user and one ghost, and whether a call in it reaches the user already. */
export interface DirectRoom {
    readonly room: MatrixRoomId;
    readonly user: MatrixUserId;
    readonly ghost: MatrixUserId;
    readonly userIs: "joined" | "invited";
    /** A room from the directory may turn out to be gone; one just made may not. */
    readonly from: "directory" | "made";
}

export interface DirectRoomsParts {
    readonly names: GhostNames;
    readonly profiles: GhostProfiles;
    readonly homeserver: Homeserver;
    readonly directory: Directory;
    readonly clock: Clock;
    readonly log: Log;
    /** Whether the registration lets us act for a user, to join a room as them. */
    readonly mayJoinAs: (user: MatrixUserId) => boolean;
}

/** Memberships kept at hand; one that is not is asked for. */
const MEMBERSHIPS = 50_000;

/** Finds or makes the room in which a Matrix user and a party on the SIP side call each other. */
export class DirectRooms {
    readonly #parts: DirectRoomsParts;
    readonly #flights = new SingleFlight<DirectRoom>();
    /** Asked for once and kept up to date by the member events of the room, so that a call in a known room asks nothing. */
    readonly #memberships: ExpiringMap<Membership>;

    constructor(parts: DirectRoomsParts) {
        this.#parts = parts;
        this.#memberships = new ExpiringMap(parts.clock, { max: MEMBERSHIPS });
    }

    /**
     * The room, with the ghost in it and the user at least invited. `m.direct` is left to the user's client.
     * @throws CallFailure `notFound` if the user does not exist, `unavailable` if the room would be encrypted
     * @throws HomeserverError
     */
    async findOrCreate(user: MatrixUserId, caller: RemoteParty): Promise<DirectRoom> {
        const party = this.#parts.names.representable(caller);
        const ghost = this.#parts.names.ghostOf(party);
        return await this.#flights.run(`${user} ${ghost}`, async () => {
            await this.#parts.profiles.ensure(party);
            return (await this.#known(user, ghost)) ?? (await this.#make(user, ghost, party));
        });
    }

    /** Asks the homeserver, for a member event may have come before we knew the room. */
    async hasJoined({ room, user, ghost }: DirectRoom): Promise<boolean> {
        const membership = await this.#parts.homeserver.membership(ghost, room, user);
        this.#memberships.set(`${room} ${user}`, membership);
        return membership === "join";
    }

    /** Told of every member event of a user who is not ours. */
    noteMembership(room: MatrixRoomId, user: MatrixUserId, membership: Membership): void {
        const key = `${room} ${user}`;
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
        if (membership === "join") return { ...found, userIs: "joined" };
        if (membership === "invite") return { ...found, userIs: await this.#joinAs(user, room) };
        // they left: a room they come back to by themselves is not where they will hear a call
        await this.forget(room);
        return undefined;
    }

    async #make(user: MatrixUserId, ghost: MatrixUserId, party: RemoteParty): Promise<DirectRoom> {
        const { names, homeserver, directory, log } = this.#parts;
        if (names.isLocal(user) && !(await homeserver.userExists(user))) {
            throw new CallFailure("notFound", "the homeserver knows no such user");
        }
        const request = {
            name: displayTextOf(party),
            invite: user,
            initialState: bridgeInfoOf(party, ghost, names.botUserId),
        };
        const room = await this.#createRoom(ghost, party, request);
        if (await homeserver.isEncrypted(ghost, room)) {
            log.warn("direct room rejected: homeserver encrypts every new room", { roomId: room });
            await homeserver.leave(ghost, room);
            throw new CallFailure("unavailable", "the homeserver encrypts every new room");
        }
        await directory.rememberRoom({ user, ghost }, room);
        const userIs = await this.#joinAs(user, room);
        log.info("direct room created", { roomId: room, userIs });
        return { room, user, ghost, userIs, from: "made" };
    }

    async #createRoom(
        ghost: MatrixUserId,
        party: RemoteParty,
        request: Parameters<Homeserver["createRoom"]>[1],
    ): Promise<MatrixRoomId> {
        try {
            return await this.#parts.homeserver.createRoom(ghost, request);
        } catch (reason) {
            if (!(reason instanceof HomeserverError) || reason.kind !== "forbidden") throw reason;
            // the directory knows a ghost that the homeserver does not
            await this.#parts.profiles.registerAgain(party);
            return await this.#parts.homeserver.createRoom(ghost, request);
        }
    }

    async #membershipOf(room: MatrixRoomId, user: MatrixUserId, ghost: MatrixUserId): Promise<Membership> {
        const key = `${room} ${user}`;
        const noted = this.#memberships.get(key);
        if (noted !== undefined) return noted;
        try {
            const membership = await this.#parts.homeserver.membership(ghost, room, user);
            this.#memberships.set(key, membership);
            return membership;
        } catch (reason) {
            const gone =
                reason instanceof HomeserverError && (reason.kind === "forbidden" || reason.kind === "notFound");
            if (!gone) throw reason;
            return "none";
        }
    }

    /** Spares the user the invitation where that is allowed, so that even a first call rings at once. */
    async #joinAs(user: MatrixUserId, room: MatrixRoomId): Promise<DirectRoom["userIs"]> {
        const { homeserver, mayJoinAs, log } = this.#parts;
        let userIs: DirectRoom["userIs"] = "invited";
        if (mayJoinAs(user)) {
            try {
                await homeserver.join(user, room);
                userIs = "joined";
            } catch (reason) {
                log.warn("join as callee failed", { roomId: room, error: reason });
            }
        }
        this.#memberships.set(`${room} ${user}`, userIs === "joined" ? "join" : "invite");
        return userIs;
    }
}
