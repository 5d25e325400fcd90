import { z } from "zod";
import { parseMatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { MessageIntake } from "../../ports/MessageIntake.ts";
import { dropped, HANDLED, type EphemeralHandler, type EventOutcome } from "../events/EventHandler.ts";
import type { EphemeralEvent } from "../events/readRoomEvent.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";

/** `{ event ID: { "m.read": { user ID: {...} } } }` (client-server API, "Receipts"). */
const schema = z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown())));
/** Private receipts (`m.read.private`) are not meant for the sender of a message. */
const PUBLIC = "m.read";

/** Passes read receipts of Matrix users on to senders that asked for them. */
export class ReceiptHandler implements EphemeralHandler {
    readonly kind = "ephemeral";
    readonly types = ["m.receipt"] as const;
    readonly #names: GhostNames;
    readonly #intake: Pick<MessageIntake, "readUpTo">;

    constructor(names: GhostNames, intake: Pick<MessageIntake, "readUpTo">) {
        this.#names = names;
        this.#intake = intake;
    }

    handle({ content }: EphemeralEvent): EventOutcome {
        const receipts = schema.safeParse(content);
        if (!receipts.success) return dropped("bad_content");
        for (const [eventId, kinds] of Object.entries(receipts.data)) {
            for (const userId of Object.keys(kinds[PUBLIC] ?? {})) {
                const user = parseMatrixUserId(userId);
                if (user !== undefined && !this.#names.isOurs(user)) this.#intake.readUpTo(user, eventId);
            }
        }
        return HANDLED;
    }
}
