import type { DroppedEvents } from "../events/DroppedEvents.ts";
import { dropped, HANDLED, type EventOutcome, type TimelineHandler } from "../events/EventHandler.ts";
import type { RoomEvent } from "../events/readRoomEvent.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";
import { CALL_EVENT_TYPES, type CallMessage } from "./callEventContent.ts";
import {
    decodeCallEvent,
    DEFAULT_LIFETIME_MS,
    type CallEventType,
    type UndecodableCallEvent,
} from "./decodeCallEvent.ts";
import type { LegRegistry, RoutedLeg } from "./LegRegistry.ts";
import type { OutboundCalls } from "./OutboundCalls.ts";
import type { UnknownCalls } from "./UnknownCalls.ts";

export interface CallEventHandlerParts {
    readonly names: GhostNames;
    readonly registry: LegRegistry;
    readonly outbound: OutboundCalls;
    readonly unknown: UnknownCalls;
    readonly drops: DroppedEvents;
}

/** A client ends its call at the end of the lifetime; matrix-js-sdk subtracts the same margin. */
const RING_MARGIN_MS = 3_000;

/** Passes call events to their calls, and opens a call for a new invite. */
export class CallEventHandler implements TimelineHandler {
    readonly kind = "message";
    readonly types: readonly CallEventType[] = Object.values(CALL_EVENT_TYPES);
    readonly #parts: CallEventHandlerParts;

    constructor(parts: CallEventHandlerParts) {
        this.#parts = parts;
    }

    handle(event: RoomEvent): EventOutcome {
        const { names, registry } = this.#parts;
        if (names.isOurs(event.sender)) return HANDLED; // an echo of the bridge's own event
        if (isEdit(event.content)) return dropped("edit");
        const decoded = decodeCallEvent(event.type as CallEventType, event.content);
        if (!("message" in decoded)) return this.#onUndecodable(event, decoded);
        const { message } = decoded;
        if (registry.hasEnded(event.room, message.callId)) return dropped("call_ended");
        const leg = registry.find(event.room, message.callId);
        if (isExpired(message, event.ageMs)) return dropped("expired", `age: ${event.ageMs} ms`);
        if (leg !== undefined) {
            const ignored = leg.onCallEvent(event.sender, message);
            return ignored === undefined ? handledBy(leg) : dropped(ignored);
        }
        return message.kind === "invite" ? this.#onInvite(event, message) : this.#onUnknownCall(event, message);
    }

    /**
     * The age of a call from another homeserver is unknown if ours may have kept it during a downtime of the bridge: whether it
     * is over shows what follows it.
     */
    #onInvite(event: RoomEvent, invite: Extract<CallMessage, { readonly kind: "invite" }>): EventOutcome {
        const { names, outbound, registry, drops } = this.#parts;
        const awaits = event.arrival === "kept" && !names.isLocal(event.sender) ? "its_end" : "nothing";
        const reason = outbound.open(event.room, event.sender, invite, awaits, (late) => drops.record(event, late));
        return reason === undefined ? handledBy(registry.find(event.room, invite.callId)) : dropped(reason);
    }

    /**
     * An invite is rejected, so that the caller's client shows the failure instead of ringing until its timeout. An answer ends
     * its call, because the device that sent it takes itself for connected.
     */
    #onUndecodable(event: RoomEvent, { failure, detail, common }: UndecodableCallEvent): EventOutcome {
        if (event.type === CALL_EVENT_TYPES.invite && common !== undefined && event.ageMs < DEFAULT_LIFETIME_MS) {
            this.#reject(event, common);
        }
        if (event.type === CALL_EVENT_TYPES.answer && common !== undefined) {
            this.#parts.registry.find(event.room, common.callId)?.unreadableAnswer?.(event.sender);
        }
        return dropped(failure, detail);
    }

    #reject(event: RoomEvent, call: Parameters<OutboundCalls["reject"]>[2]): void {
        const { outbound, registry } = this.#parts;
        if (registry.hasEnded(event.room, call.callId) || registry.find(event.room, call.callId) !== undefined) return;
        outbound.reject(event.room, event.sender, call, "noCommonMedia");
    }

    #onUnknownCall(event: RoomEvent, message: CallMessage): EventOutcome {
        if (event.arrival !== "history") this.#parts.unknown.onMessage(event.room, event.sender, message);
        return dropped("unknown_call");
    }
}

/** An event of a call whose ghost is not known yet must survive a crash with the invite. */
function handledBy(leg: RoutedLeg | undefined): EventOutcome {
    return leg?.settled === undefined ? HANDLED : { kind: "handled", done: leg.settled };
}

function isExpired(message: CallMessage, ageMs: number): boolean {
    switch (message.kind) {
        case "invite":
            return ageMs > message.lifetimeMs - RING_MARGIN_MS;
        case "negotiate":
            return ageMs > message.lifetimeMs;
        case "candidates":
        case "answer":
        case "selectAnswer":
        case "reject":
        case "hangup":
        case "replaces":
            return false;
    }
}

/** The new content of an edit is in `m.new_content`; the rest is a fallback for clients without edits. */
function isEdit(content: Readonly<Record<string, unknown>>): boolean {
    const relation = content["m.relates_to"];
    return (
        typeof relation === "object" && relation !== null && "rel_type" in relation && relation.rel_type === "m.replace"
    );
}
