import { z } from "zod";
import {
    parseMatrixRoomId,
    parseMatrixUserId,
    type MatrixRoomId,
    type MatrixUserId,
} from "../../numbering/MatrixUserId.ts";
import { faultsOf } from "./faultsOf.ts";

/** A parsed event of a room. The handler of its type parses the content. */
export interface RoomEvent {
    readonly eventId: string;
    readonly type: string;
    readonly room: MatrixRoomId;
    readonly sender: MatrixUserId;
    /** Present on state events only. */
    readonly stateKey?: string;
    readonly content: Readonly<Record<string, unknown>>;
    /** Age when the event arrived, in ms (`eventAge.ts`). */
    readonly ageMs: number;
    readonly arrival: Arrival;
    /** Time of its homeserver, in ms since the Unix epoch. Comparable with other times of the same homeserver only. */
    readonly sentAt: number | undefined;
}

/**
 * `live`: delivered when it was sent. `kept`: the homeserver may have kept it while the bridge was down. `history`: read
 * from the history of a room that a ghost has joined.
 */
export type Arrival = "live" | "kept" | "history";

/** A typing notification or read receipt of a room. */
export interface EphemeralEvent {
    readonly type: string;
    readonly room: MatrixRoomId;
    readonly content: Readonly<Record<string, unknown>>;
}

/** A room event before its age is known. */
export type ReadEvent = Omit<RoomEvent, "ageMs" | "arrival"> & {
    /** `unsigned.age`, in ms. */
    readonly statedAgeMs: number | undefined;
};

/** Null means absent, and an invalid optional field is ignored. */
const optionalNumber = z.number().nullish().catch(undefined);
const schema = z.object({
    event_id: z.string().min(1).max(255),
    type: z.string().min(1).max(255),
    room_id: z.string(),
    sender: z.string(),
    state_key: z.string().max(255).nullish(),
    content: z.record(z.string(), z.unknown()).nullish(),
    origin_server_ts: optionalNumber,
    unsigned: z
        .object({ age: z.number().nonnegative().nullish().catch(undefined) })
        .nullish()
        .catch(undefined),
});
const ephemeral = z.object({
    type: z.string().min(1).max(255),
    room_id: z.string(),
    content: z.record(z.string(), z.unknown()).nullish(),
});

/** Returns the event, or what is invalid about it. */
export function readRoomEvent(event: unknown): { readonly event: ReadEvent } | { readonly fault: string } {
    const parsed = schema.safeParse(event);
    if (!parsed.success) return { fault: faultsOf(parsed.error) };
    const { event_id, type, room_id, sender, state_key, content, origin_server_ts, unsigned } = parsed.data;
    const room = parseMatrixRoomId(room_id);
    const user = parseMatrixUserId(sender);
    if (room === undefined) return { fault: "room_id: not a room ID" };
    if (user === undefined) return { fault: "sender: not a user ID" };
    return {
        event: {
            eventId: event_id,
            type,
            room,
            sender: user,
            ...(typeof state_key === "string" ? { stateKey: state_key } : {}),
            content: content ?? {},
            sentAt: origin_server_ts ?? undefined,
            statedAgeMs: unsigned?.age ?? undefined,
        },
    };
}

/** Returns the ephemeral event, or what is invalid about it. */
export function readEphemeralEvent(event: unknown): { readonly event: EphemeralEvent } | { readonly fault: string } {
    const parsed = ephemeral.safeParse(event);
    if (!parsed.success) return { fault: faultsOf(parsed.error) };
    const { type, room_id, content } = parsed.data;
    const room = parseMatrixRoomId(room_id);
    return room === undefined ? { fault: "room_id: not a room ID" } : { event: { type, room, content: content ?? {} } };
}
