import { serverOf, type MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { EventInbox, InboxEvent } from "../../ports/EventInbox.ts";
import { ExpiringMap } from "../ExpiringMap.ts";
import type { DroppedEvents } from "./DroppedEvents.ts";
import { eventAge, type Delivery, type InvitationTime } from "./eventAge.ts";
import {
    dropped,
    type EphemeralHandler,
    type EventHandler,
    type EventOutcome,
    type TimelineHandler,
} from "./EventHandler.ts";
import { readEphemeralEvent, readRoomEvent, type RoomEvent } from "./readRoomEvent.ts";

export interface EventRouterParts {
    /** The event table, in the order in which handlers of one type are called. */
    readonly handlers: readonly EventHandler[];
    readonly isLocal: (user: MatrixUserId) => boolean;
    /** Whether a user is the bot or a ghost, whose events are echoes of the bridge's own requests. */
    readonly isOurs: (user: MatrixUserId) => boolean;
    readonly inbox: EventInbox;
    readonly drops: DroppedEvents;
    readonly clock: Clock;
}

/** Event IDs kept to recognise repetitions: after an outage, and when the history of a room is read. */
const SEEN_EVENTS = 20_000;
const SEEN_MS = 15 * 60_000;
/** How long after the start the homeserver may still deliver events that it kept during a downtime. */
const BACKLOG_MS = 30_000;

/**
 * Receives the homeserver's events and calls the handlers of their type. Drops and records events that are repeated or
 * that no handler can use. Never waits and never throws.
 */
export class EventRouter {
    readonly #parts: EventRouterParts;
    readonly #timeline = new Map<string, TimelineHandler[]>();
    readonly #ephemeral = new Map<string, EphemeralHandler[]>();
    readonly #seen: ExpiringMap<true>;
    readonly #startedAt: number;

    constructor(parts: EventRouterParts) {
        this.#parts = parts;
        this.#seen = new ExpiringMap(parts.clock, { max: SEEN_EVENTS, ttlMs: SEEN_MS });
        this.#startedAt = parts.clock.monotonic();
        for (const id of parts.inbox.load().finishedIds) this.#seen.set(id, true);
        for (const handler of parts.handlers) {
            if (handler.kind === "ephemeral") addRow(this.#ephemeral, handler);
            else addRow(this.#timeline, handler);
        }
    }

    /** Whether a handler exists for this event, so that others are discarded without being parsed. */
    isOfInterest(event: unknown): boolean {
        const type = typeOf(event);
        return type !== undefined && (this.#timeline.has(type) || this.#ephemeral.has(type));
    }

    /** Called once, before the first delivery: handles the events that an earlier run did not finish. */
    resume(): void {
        for (const event of this.#parts.inbox.load().unfinished) this.onEvent(event);
    }

    /**
     * Called for each delivery of the homeserver. Discards events without a handler, and stores the others before it
     * confirms the delivery.
     * @throws the system's error if they cannot be stored. The homeserver delivers them again then, and those that are
     * handled already are dropped as repeated.
     */
    async onDelivery(events: readonly unknown[], ephemeral: readonly unknown[]): Promise<void> {
        const wanted = events.filter((event) => this.isOfInterest(event));
        const stored = this.#parts.inbox.store(wanted.flatMap((event) => this.#toStore(event)));
        for (const event of wanted) this.onEvent(event);
        for (const event of ephemeral) if (this.isOfInterest(event)) this.onEphemeral(event);
        await stored;
    }

    /** Handles an event of the homeserver, stored or not. */
    onEvent(event: unknown): void {
        const isBacklog = this.#parts.clock.monotonic() - this.#startedAt < BACKLOG_MS;
        this.#route(event, { arrival: isBacklog ? "kept" : "live" });
    }

    /** Called for each event found in the history of a room that a ghost joined. */
    onHistory(event: unknown, invitation: InvitationTime | undefined): void {
        this.#route(event, { arrival: "history", invitation });
    }

    /** Called for each typing notification and read receipt that the homeserver delivers. */
    onEphemeral(event: unknown): void {
        const { drops } = this.#parts;
        const read = readEphemeralEvent(event);
        if ("fault" in read) {
            drops.record(undefined, "bad_event", read.fault);
            return;
        }
        const outcome = handle(this.#ephemeral.get(read.event.type), read.event);
        if (outcome?.kind === "dropped") drops.record(read.event, outcome.reason, outcome.detail);
    }

    #route(raw: unknown, delivery: Delivery): void {
        const { drops, clock, isLocal, inbox } = this.#parts;
        const read = readRoomEvent(raw);
        if ("fault" in read) {
            drops.record(undefined, "bad_event", read.fault);
            return;
        }
        const sender = { isLocal: isLocal(read.event.sender), server: serverOf(read.event.sender) };
        const ageMs = eventAge(read.event, sender, delivery, clock);
        const event: RoomEvent = { ...read.event, ageMs, arrival: delivery.arrival };
        if (this.#seen.has(event.eventId)) {
            drops.record(event, "repeated");
            return;
        }
        this.#seen.set(event.eventId, true);
        const rows = this.#timeline.get(event.type) ?? [];
        const fitting = rows.filter(({ kind }) => (kind === "state") === (event.stateKey !== undefined));
        const outcome = rows.length > 0 && fitting.length === 0 ? dropped("wrong_kind") : handle(fitting, event);
        if (outcome?.kind === "dropped") drops.record(event, outcome.reason, outcome.detail);
        const finish = (): void => inbox.finish(event.eventId);
        if (outcome?.kind === "handled" && outcome.done !== undefined) outcome.done.then(finish, finish);
        else finish();
    }

    /** Echoes and repetitions are not stored. */
    #toStore(raw: unknown): InboxEvent[] {
        const read = readRoomEvent(raw);
        if ("fault" in read || this.#seen.has(read.event.eventId) || this.#parts.isOurs(read.event.sender)) return [];
        return [{ eventId: read.event.eventId, event: raw }];
    }
}

function addRow<Handler extends EventHandler>(table: Map<string, Handler[]>, handler: Handler): void {
    for (const type of handler.types) table.set(type, [...(table.get(type) ?? []), handler]);
}

/** The outcome of the first handler that does not pass the event on. */
function handle<Event>(
    handlers: readonly { handle(event: Event): EventOutcome }[] | undefined,
    event: Event,
): EventOutcome | undefined {
    for (const handler of handlers ?? []) {
        const outcome = handler.handle(event);
        if (outcome.kind !== "passed") return outcome;
    }
    return undefined;
}

function typeOf(event: unknown): string | undefined {
    const type = typeof event === "object" && event !== null && "type" in event ? event.type : undefined;
    return typeof type === "string" ? type : undefined;
}
