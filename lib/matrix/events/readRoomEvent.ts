import { z } from "zod";
import {
    parseMatrixRoomId,
    parseMatrixUserId,
    type MatrixRoomId,
    type MatrixUserId,
} from "../../numbering/MatrixUserId.ts";

/** What every event of a room says, checked. The content is its type's own affair. */
export interface RoomEvent {
    readonly eventId: string;
    readonly type: string;
    readonly room: MatrixRoomId;
    readonly sender: MatrixUserId;
    /** Present on state events only. */
    readonly stateKey?: string;
    readonly content: Readonly<Record<string, unknown>>;
    /** How long ago it was sent, in ms. */
    readonly ageMs: number;
}

const schema = z.object({
    event_id: z.string().min(1).max(255),
    type: z.string().max(255),
    room_id: z.string(),
    sender: z.string(),
    state_key: z.string().max(255).optional(),
    content: z.record(z.string(), z.unknown()),
    origin_server_ts: z.number(),
    unsigned: z
        .object({ age: z.number().nonnegative().optional().catch(undefined) })
        .optional()
        .catch(undefined),
});

/** The event, or undefined for what is none. `now` serves where the homeserver does not say how old it is. */
export function readRoomEvent(event: unknown, now: number): RoomEvent | undefined {
    const parsed = schema.safeParse(event);
    if (!parsed.success) return undefined;
    const { event_id, type, room_id, sender, state_key, content, origin_server_ts, unsigned } = parsed.data;
    const room = parseMatrixRoomId(room_id);
    const user = parseMatrixUserId(sender);
    if (room === undefined || user === undefined) return undefined;
    return {
        eventId: event_id,
        type,
        room,
        sender: user,
        ...(state_key === undefined ? {} : { stateKey: state_key }),
        content,
        ageMs: unsigned?.age ?? Math.max(0, now - origin_server_ts),
    };
}
