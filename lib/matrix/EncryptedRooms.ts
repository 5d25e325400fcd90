import type { MatrixRoomId, MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Directory } from "../ports/Directory.ts";
import { ExpiringMap } from "./ExpiringMap.ts";
import type { Homeserver } from "./Homeserver.ts";

const NOTICE =
    "This room is encrypted, and the telephone bridge cannot read it: calls here do not get through. " +
    "Call from a chat with this contact that is not encrypted.";

/** Rooms in which no call can work: whatever clients say there is hidden from the bridge. */
export class EncryptedRooms {
    readonly #homeserver: Homeserver;
    readonly #directory: Directory;
    readonly #told: ExpiringMap<true>;

    constructor(homeserver: Homeserver, directory: Directory, clock: Clock) {
        this.#homeserver = homeserver;
        this.#directory = directory;
        this.#told = new ExpiringMap(clock, { max: 10_000 });
    }

    /**
     * No more calls go to this room; the people in it are told, once.
     * @throws HomeserverError
     */
    async refuse(room: MatrixRoomId, ghost: MatrixUserId): Promise<void> {
        await this.#directory.forgetRoom(room);
        if (this.#told.has(room)) return;
        this.#told.set(room, true);
        // the room's id makes it one notice across restarts too
        await this.#homeserver.send(
            ghost,
            room,
            "m.room.message",
            { msgtype: "m.notice", body: NOTICE },
            `encrypted-${room}`,
        );
    }
}
