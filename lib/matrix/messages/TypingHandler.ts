import { z } from "zod";
import { parseMatrixUserId, type MatrixRoomId } from "../../numbering/MatrixUserId.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Directory } from "../../ports/Directory.ts";
import type { Log } from "../../ports/Log.ts";
import type { TypingSink } from "../../ports/TypingSink.ts";
import { dropped, HANDLED, type EphemeralHandler, type EventOutcome } from "../events/EventHandler.ts";
import type { EphemeralEvent } from "../events/readRoomEvent.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";

/** `{ user_ids: [...] }`: everyone who is typing now (client-server API, "Typing Notifications"). */
const schema = z.object({ user_ids: z.array(z.string()).max(1_000) });
/** RFC 3994, section 3.2: `active` is repeated no more often than every 60 s. */
const REFRESH_MS = 60_000;
const HOLDS_MS = 90_000;
/** Rooms in which somebody is typing. */
const MAX_ROOMS = 2_000;

/** Shows parties on the SIP side that the Matrix user of a direct room is typing. */
export class TypingHandler implements EphemeralHandler {
    readonly kind = "ephemeral";
    readonly types = ["m.typing"] as const;
    readonly #parts: {
        readonly names: GhostNames;
        readonly directory: Directory;
        readonly sink: TypingSink;
        readonly clock: Clock;
        readonly log: Log;
    };
    /** When `active` was last sent, by room. */
    readonly #active = new Map<MatrixRoomId, number>();

    constructor(parts: {
        readonly names: GhostNames;
        readonly directory: Directory;
        readonly sink: TypingSink;
        readonly clock: Clock;
        readonly log: Log;
    }) {
        this.#parts = parts;
    }

    handle({ room, content }: EphemeralEvent): EventOutcome {
        const typing = schema.safeParse(content);
        if (!typing.success) return dropped("bad_content");
        void this.#show(room, typing.data.user_ids).catch((error: unknown) => {
            this.#parts.log.debug("typing not shown", { roomId: room, error });
        });
        return HANDLED;
    }

    async #show(room: MatrixRoomId, userIds: readonly string[]): Promise<void> {
        const { names, directory, sink, clock } = this.#parts;
        const pair = await directory.pairOf(room);
        const party = pair && names.partyOf(pair.ghost);
        if (pair === undefined || party === undefined) return;
        const isTyping = userIds.some((userId) => parseMatrixUserId(userId) === pair.user);
        const since = this.#active.get(room);
        if (isTyping) {
            if (since !== undefined && clock.monotonic() - since < REFRESH_MS) return;
            if (since === undefined && this.#active.size >= MAX_ROOMS) return;
            this.#active.set(room, clock.monotonic());
            sink.typing(pair.user, party, "active", HOLDS_MS);
        } else if (this.#active.delete(room)) {
            sink.typing(pair.user, party, "idle", 0);
        }
    }
}
