import type { EphemeralEvent, RoomEvent } from "./readRoomEvent.ts";

/**
 * One row of the event table: the handler of some event types. A new feature adds a row in `connectHandlers.ts`. The
 * homeserver's other events are discarded before they are parsed (`EventRouter.isOfInterest`).
 */
export type EventHandler = TimelineHandler | EphemeralHandler;

/** Handles message and state events of rooms. */
export interface TimelineHandler {
    readonly kind: "message" | "state";
    /** Exact event types, for example `m.room.message`. */
    readonly types: readonly string[];
    /** Called once per event, in the order of the homeserver. Must not wait and must not throw. */
    handle(event: RoomEvent): EventOutcome;
}

/** Handles typing notifications and read receipts. They have no sender and no event ID. */
export interface EphemeralHandler {
    readonly kind: "ephemeral";
    readonly types: readonly string[];
    /** As in `TimelineHandler`. The homeserver repeats an event if its state changed. */
    handle(event: EphemeralEvent): EventOutcome;
}

/** What a handler did with an event. */
export type EventOutcome =
    /** `done` resolves or rejects when work in the background is over; after a crash before that the event comes again. */
    | { readonly kind: "handled"; readonly done?: Promise<unknown> }
    /** Not for this handler: the next handler of the type gets the event. */
    | { readonly kind: "passed" }
    | { readonly kind: "dropped"; readonly reason: DropReason; readonly detail?: string };

/** Why an event was dropped. Used as a metric label. */
export type DropReason =
    /** A required field of the event is missing or invalid. */
    | "bad_event"
    /** A required field of the content is missing or invalid. */
    | "bad_content"
    /** The session description cannot be parsed. */
    | "bad_description"
    /** Delivered before. */
    | "repeated"
    /** A state event of a message type, or a message event of a state type. */
    | "wrong_kind"
    /** An edit of an earlier event; its new content is not a new event. */
    | "edit"
    /** The bridge cannot decrypt it. */
    | "encrypted"
    /** Its lifetime was over before it arrived. */
    | "expired"
    /** For another user in the room. */
    | "other_invitee"
    | "unknown_room"
    | "unknown_call"
    | "call_ended"
    /** A limit is reached. */
    | "too_many"
    /** The sender is not in this call. */
    | "other_user"
    /** The sending device is not the one in this call. */
    | "other_party"
    /** Not valid in the current state of the call. */
    | "wrong_state"
    /** No rule allows the sender to do this. */
    | "not_allowed";

export const HANDLED: EventOutcome = { kind: "handled" };
export const PASSED: EventOutcome = { kind: "passed" };

export function dropped(reason: DropReason, detail?: string): EventOutcome {
    return { kind: "dropped", reason, ...(detail === undefined ? {} : { detail }) };
}
