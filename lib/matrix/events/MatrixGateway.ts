import type { Clock } from "../../ports/Clock.ts";
import type { Telemetry } from "../../ports/Telemetry.ts";
import type { CallMessage } from "../calls/callEventContent.ts";
import { decodeCallEvent } from "../calls/decodeCallEvent.ts";
import { ExpiringMap } from "../ExpiringMap.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";
import type { LegRegistry } from "../calls/LegRegistry.ts";
import type { OutboundCalls } from "../calls/OutboundCalls.ts";
import { readRoomEvent, type RoomEvent } from "./readRoomEvent.ts";
import type { RoomMembers } from "../rooms/RoomMembers.ts";

export interface MatrixGatewayParts {
    readonly names: GhostNames;
    readonly registry: LegRegistry;
    readonly outbound: OutboundCalls;
    readonly members: RoomMembers;
    readonly telemetry: Telemetry;
    readonly clock: Clock;
}

/** Event ids kept to know a repetition by: deliveries are repeated after an outage, and history is read on joining. */
const SEEN_EVENTS = 20_000;
const SEEN_MS = 15 * 60_000;
/** A client whose call is about to time out is gone when the other side's phone rings; js-sdk draws the line here too. */
const RING_MARGIN_MS = 3_000;

/**
 * Where the homeserver's events come in. Sorts them: what is ours, old, repeated or not understood is dropped and
 * counted, the rest goes to its call, or opens one. Never waits, never throws.
 */
export class MatrixGateway {
    readonly #parts: MatrixGatewayParts;
    readonly #seen: ExpiringMap<true>;

    constructor(parts: MatrixGatewayParts) {
        this.#parts = parts;
        this.#seen = new ExpiringMap(parts.clock, { max: SEEN_EVENTS, ttlMs: SEEN_MS });
    }

    onEvent(event: unknown): void {
        const read = readRoomEvent(event, this.#parts.clock.now());
        if (read === undefined) {
            this.#drop("badEvent");
            return;
        }
        if (this.#seen.has(read.eventId)) {
            this.#drop("repeated");
            return;
        }
        this.#seen.set(read.eventId, true);
        this.#drop(this.#sort(read));
    }

    #sort(event: RoomEvent): string | undefined {
        const { members } = this.#parts;
        switch (event.type) {
            case "m.room.member":
                return members.onMember(event);
            case "m.room.encryption":
                members.onEncryption(event);
                return undefined;
            case "m.room.tombstone":
                members.onTombstone(event);
                return undefined;
            case "m.room.encrypted":
                return "encrypted";
            default:
                return event.type.startsWith("m.call.") ? this.#onCallEvent(event) : undefined;
        }
    }

    #onCallEvent(event: RoomEvent): string | undefined {
        const { names, registry } = this.#parts;
        if (names.isOurs(event.sender)) return undefined; // the echo of what we said
        const decoded = decodeCallEvent(event.type, event.content);
        if ("failure" in decoded) return decoded.failure;
        const { message } = decoded;
        if (isStale(message, event.ageMs)) return "stale";
        const leg = registry.find(event.room, message.callId);
        if (leg !== undefined) return leg.onCallEvent(event.sender, message);
        if (registry.hasEnded(event.room, message.callId)) return "callIsOver";
        if (message.kind !== "invite") return "unknownCall";
        return this.#parts.outbound.open(event.room, event.sender, message, (reason) => this.#drop(reason));
    }

    #drop(reason: string | undefined): void {
        if (reason !== undefined) this.#parts.telemetry.dropped("matrix", reason);
    }
}

function isStale(message: CallMessage, ageMs: number): boolean {
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
            return false;
    }
}
