import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { Directory } from "../../ports/Directory.ts";
import type { Homeserver } from "../homeserver/Homeserver.ts";

const NOTICE =
    "Phone calls and messages don't work in this room because it is encrypted. " +
    "Start an unencrypted chat with this contact and use that.";

/** Rooms in which calls cannot work, because the bridge cannot decrypt the events. */
export class EncryptedRooms {
    readonly #homeserver: Homeserver;
    readonly #directory: Directory;

    constructor(homeserver: Homeserver, directory: Directory) {
        this.#homeserver = homeserver;
        this.#directory = directory;
    }

    /**
     * No more calls go to this room; a notice informs its members once.
     * @throws HomeserverError
     */
    async reject(room: MatrixRoomId, ghost: MatrixUserId): Promise<void> {
        await this.#directory.forgetRoom(room);
        // one transaction ID per room, so that the homeserver ignores repetitions
        await this.#homeserver.send(
            ghost,
            room,
            "m.room.message",
            { msgtype: "m.notice", body: NOTICE },
            `encrypted-${room}`,
        );
    }
}
