import { join } from "node:path";
import { LRUCache } from "lru-cache";
import { MatrixRoom, MatrixUser, RemoteRoom, RoomBridgeStore, UserBridgeStore } from "matrix-appservice-bridge";
import {
    parseMatrixRoomId,
    parseMatrixUserId,
    type MatrixRoomId,
    type MatrixUserId,
} from "../numbering/MatrixUserId.ts";
import type { Directory, GhostRecord, Pair } from "../ports/Directory.ts";
import { verifyWritable } from "./verifyWritable.ts";
import { closeNedbFile, openNedbFile, type NedbFile } from "./nedbFile.ts";

/** Number of cached results, including "there is none", so that an event of any room needs no query. */
const CACHED = 20_000;
type Known<Value> = { readonly is: Value } | { readonly is: undefined };

/**
 * The directory in two NeDB files, `users.db` and `rooms.db`, in the format of the framework's user and room stores. A
 * room is one entry: the Matrix room, linked to the pair as its remote room. The newest entry of a pair is its direct
 * room. Older ones stay, because a user may call from an older room.
 */
export class NedbDirectory implements Directory {
    readonly #folder: string;
    readonly #files: readonly NedbFile[];
    readonly #rooms: RoomBridgeStore;
    readonly #users: UserBridgeStore;
    readonly #roomOfPair = new LRUCache<string, Known<MatrixRoomId>>({ max: CACHED });
    readonly #pairOfRoom = new LRUCache<MatrixRoomId, Known<Pair>>({ max: CACHED });
    readonly #ghosts = new LRUCache<MatrixUserId, Known<GhostRecord>>({ max: CACHED });
    #since = 0;

    private constructor(folder: string, users: NedbFile, rooms: NedbFile) {
        this.#folder = folder;
        this.#files = [users, rooms];
        this.#users = new UserBridgeStore(users);
        this.#rooms = new RoomBridgeStore(rooms);
    }

    /**
     * Opens the files in `folder` and creates them if they do not exist.
     * @throws StoreError if one cannot be read, written or parsed
     */
    static async open(folder: string): Promise<NedbDirectory> {
        const users = await openNedbFile(join(folder, "users.db"), ["id"]);
        const rooms = await openNedbFile(join(folder, "rooms.db"), ["id", "matrix_id", "remote_id"]);
        return new NedbDirectory(folder, users, rooms);
    }

    async roomBetween(user: MatrixUserId, ghost: MatrixUserId): Promise<MatrixRoomId | undefined> {
        const key = keyOf({ user, ghost });
        const known = this.#roomOfPair.get(key);
        if (known !== undefined) return known.is;
        const entries = await this.#rooms.getEntriesByRemoteId(key);
        const newest = entries.reduce<(typeof entries)[number] | undefined>(
            (best, entry) => (best === undefined || sinceOf(entry) > sinceOf(best) ? entry : best),
            undefined,
        );
        const room = parseMatrixRoomId(newest?.matrix?.getId() ?? "");
        this.#roomOfPair.set(key, { is: room });
        return room;
    }

    async pairOf(room: MatrixRoomId): Promise<Pair | undefined> {
        const known = this.#pairOfRoom.get(room);
        if (known !== undefined) return known.is;
        const [entry] = await this.#rooms.getEntriesByMatrixId(room);
        const pair = pairIn(entry?.remote);
        this.#pairOfRoom.set(room, { is: pair });
        return pair;
    }

    async rememberRoom(pair: Pair, room: MatrixRoomId): Promise<void> {
        const remote = new RemoteRoom(keyOf(pair), { user: pair.user, ghost: pair.ghost });
        // unique, even for two rooms of one pair in the same millisecond
        this.#since = Math.max(Date.now(), this.#since + 1);
        await this.#rooms.linkRooms(new MatrixRoom(room), remote, { since: this.#since }, room);
        this.#roomOfPair.set(keyOf(pair), { is: room });
        this.#pairOfRoom.set(room, { is: pair });
    }

    async forgetRoom(room: MatrixRoomId): Promise<void> {
        const pair = await this.pairOf(room);
        if (pair === undefined) return;
        await this.#rooms.removeEntriesByMatrixRoomId(room);
        this.#roomOfPair.delete(keyOf(pair));
        this.#pairOfRoom.delete(room);
    }

    async ghost(userId: MatrixUserId): Promise<GhostRecord | undefined> {
        const known = this.#ghosts.get(userId);
        if (known !== undefined) return known.is;
        const displayName = (await this.#users.getMatrixUser(userId))?.getDisplayName() ?? undefined;
        const ghost = displayName === undefined ? undefined : { userId, displayName };
        this.#ghosts.set(userId, { is: ghost });
        return ghost;
    }

    async rememberGhost(ghost: GhostRecord): Promise<void> {
        const user = new MatrixUser(ghost.userId, undefined, false);
        user.setDisplayName(ghost.displayName);
        await this.#users.setMatrixUser(user);
        this.#ghosts.set(ghost.userId, { is: ghost });
    }

    async verifyWritable(): Promise<void> {
        await verifyWritable(this.#folder);
    }

    async close(): Promise<void> {
        for (const file of this.#files) await closeNedbFile(file);
    }
}

function keyOf({ user, ghost }: Pair): string {
    return `${user} ${ghost}`;
}

/** Entries without this number are older than every entry that has one. */
function sinceOf(entry: { readonly data: Readonly<Record<string, unknown>> }): number {
    return typeof entry.data["since"] === "number" ? entry.data["since"] : 0;
}

/** Returns undefined for an invalid pair, because the file may have been edited by hand. */
function pairIn(remote: RemoteRoom | undefined): Pair | undefined {
    const user = parseMatrixUserId(String(remote?.get("user")));
    const ghost = parseMatrixUserId(String(remote?.get("ghost")));
    return user === undefined || ghost === undefined ? undefined : { user, ghost };
}
