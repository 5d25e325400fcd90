import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Directory } from "../../ports/Directory.ts";
import type { Log } from "../../ports/Log.ts";
import type { TypingSink } from "../../ports/TypingSink.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";
import type { RoomMessages } from "./RoomMessages.ts";

/** A phone can send any number of notifications: one is shown in this time. */
const MIN_INTERVAL_MS = 5_000;
const MAX_ROOMS = 2_000;

/** Shows Matrix users that a party on the SIP side is typing, as its ghost. Creates no rooms. */
export class GhostTyping implements TypingSink {
    readonly #parts: {
        readonly names: GhostNames;
        readonly directory: Directory;
        readonly homeserver: Pick<RoomMessages, "setTyping">;
        readonly clock: Clock;
        readonly log: Log;
    };
    readonly #shown = new Map<MatrixRoomId, { readonly state: "active" | "idle"; readonly at: number }>();

    constructor(parts: {
        readonly names: GhostNames;
        readonly directory: Directory;
        readonly homeserver: Pick<RoomMessages, "setTyping">;
        readonly clock: Clock;
        readonly log: Log;
    }) {
        this.#parts = parts;
    }

    typing(user: MatrixUserId, party: RemoteParty, state: "active" | "idle", holdsMs: number): void {
        this.#show(user, party, state, holdsMs).catch((error: unknown) => {
            this.#parts.log.debug("typing not shown", { error });
        });
    }

    async #show(user: MatrixUserId, party: RemoteParty, state: "active" | "idle", holdsMs: number): Promise<void> {
        const { names, directory, homeserver, clock } = this.#parts;
        const ghost = names.ghostOf(names.representable(party));
        const room = await directory.roomBetween(user, ghost);
        if (room === undefined) return;
        const shown = this.#shown.get(room);
        const isFresh = shown !== undefined && clock.monotonic() - shown.at < MIN_INTERVAL_MS;
        if (shown?.state === state && (isFresh || state === "idle")) return;
        if (shown === undefined && (state === "idle" || this.#shown.size >= MAX_ROOMS)) return;
        if (state === "idle") this.#shown.delete(room);
        else this.#shown.set(room, { state, at: clock.monotonic() });
        await homeserver.setTyping(ghost, room, state, holdsMs);
    }
}
