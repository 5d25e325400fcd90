import type { MatrixRoomId, MatrixUserId } from "../../lib/numbering/MatrixUserId.ts";
import type { Directory, GhostRecord, Pair } from "../../lib/ports/Directory.ts";

/** A directory that forgets everything with the process. Held to spec/contract/directory.contract.ts. */
export class FakeDirectory implements Directory {
    readonly #rooms: { readonly room: MatrixRoomId; readonly pair: Pair }[] = [];
    readonly #ghosts = new Map<MatrixUserId, GhostRecord>();
    #isFull = false;

    roomBetween(user: MatrixUserId, ghost: MatrixUserId): Promise<MatrixRoomId | undefined> {
        const newest = this.#rooms.findLast(({ pair }) => pair.user === user && pair.ghost === ghost);
        return Promise.resolve(newest?.room);
    }

    pairOf(room: MatrixRoomId): Promise<Pair | undefined> {
        return Promise.resolve(this.#rooms.find((entry) => entry.room === room)?.pair);
    }

    rememberRoom(pair: Pair, room: MatrixRoomId): Promise<void> {
        this.#remove(room);
        this.#rooms.push({ room, pair });
        return Promise.resolve();
    }

    forgetRoom(room: MatrixRoomId): Promise<void> {
        this.#remove(room);
        return Promise.resolve();
    }

    ghost(userId: MatrixUserId): Promise<GhostRecord | undefined> {
        return Promise.resolve(this.#ghosts.get(userId));
    }

    rememberGhost(ghost: GhostRecord): Promise<void> {
        this.#ghosts.set(ghost.userId, ghost);
        return Promise.resolve();
    }

    /** From now on nothing can be written. */
    fill(): void {
        this.#isFull = true;
    }

    verifyWritable(): Promise<void> {
        return this.#isFull ? Promise.reject(new Error("ENOSPC")) : Promise.resolve();
    }

    close(): Promise<void> {
        return Promise.resolve();
    }

    #remove(room: MatrixRoomId): void {
        const at = this.#rooms.findIndex((entry) => entry.room === room);
        if (at >= 0) this.#rooms.splice(at, 1);
    }
}
