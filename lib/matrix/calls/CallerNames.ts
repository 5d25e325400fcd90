import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Homeserver } from "../homeserver/Homeserver.ts";

/** A call is not held up for longer than this by the name of its caller. */
const TIMEOUT_MS = 500;

export interface CallerNamesParts {
    readonly homeserver: Pick<Homeserver, "memberName">;
    readonly clock: Clock;
}

/** Finds the display names of Matrix users who call, for trunks and phones that show them. */
export class CallerNames {
    readonly #parts: CallerNamesParts;

    constructor(parts: CallerNamesParts) {
        this.#parts = parts;
    }

    /**
     * The name of a user in the room of the call, asked as the ghost. Undefined if the user has none, or if the homeserver
     * fails or takes longer than 500 ms. Never rejects.
     */
    nameOf(ghost: MatrixUserId, room: MatrixRoomId, user: MatrixUserId): Promise<string | undefined> {
        return new Promise((resolve) => {
            const stopTimer = this.#parts.clock.startTimer(TIMEOUT_MS, () => resolve(undefined));
            const settle = (name: string | undefined): void => {
                stopTimer();
                resolve(name);
            };
            this.#parts.homeserver.memberName(ghost, room, user).then(settle, () => settle(undefined));
        });
    }
}
